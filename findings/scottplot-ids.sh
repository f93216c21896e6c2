#!/usr/bin/env bash
# ScottPlot: the same plot written twice in one program is two different SVG files, as the ids in them count on.
. "$(dirname "$0")/program.sh"
program ScottPlot@5.1.59 <<'CS'
using System.Text.RegularExpressions;

string Svg()
{
    var plot = new ScottPlot.Plot();
    plot.Add.Signal(new[] { 3.0, 2, 1 });
    return plot.GetSvgXml(300, 200);
}
string Ids(string svg) => string.Join(" ", Regex.Matches(svg, "id=\"([^\"]*)\"").Select(match => match.Groups[1].Value));
string WithoutIds(string svg) => Regex.Replace(svg, "cl_[0-9a-f]+", "cl");
var (first, second) = (Svg(), Svg());
Console.WriteLine($"output    ids of the first: {Ids(first)}; of the second: {Ids(second)}");
Finding.Expect(first != second, "the two files differ");
Finding.Expect(Ids(first) != Ids(second) && WithoutIds(first) == WithoutIds(second), "only in the ids of clipping paths");
CS
dotnet out/finding.dll
