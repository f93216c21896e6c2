#!/usr/bin/env bash
# TorchSharp's Linux library does not load on Debian 12 or Ubuntu 22.04: it asks for GLIBCXX_3.4.32, for one symbol that nothing in it uses.
. "$(dirname "$0")/program.sh"
program TorchSharp@0.107.0 <<'CS'
using System.Text;

var file = File.ReadAllBytes("out/runtimes/linux-x64/native/libLibTorchSharp.so");
long Read(long at, int bytes)
{
    var rest = file.AsSpan((int)at);
    return bytes switch { 2 => BitConverter.ToUInt16(rest), 4 => BitConverter.ToUInt32(rest), _ => BitConverter.ToInt64(rest) };
}
string Text(long at) => Encoding.ASCII.GetString(file, (int)at, Array.IndexOf(file, (byte)0, (int)at) - (int)at);

// Sections by their types; a section header has type at 4, offset at 24, size at 32, link at 40 (ELF, 64 bits, little-endian).
long Header(long number) => Read(40, 8) + number * Read(58, 2);
var sections = Enumerable.Range(0, (int)Read(60, 2)).Select(n => (At: Header(n), Type: Read(Header(n) + 4, 4))).ToList();
(long Offset, long Size, long Names) Section(long type) => sections.Where(s => s.Type == type)
    .Select(s => (Read(s.At + 24, 8), Read(s.At + 32, 8), Read(Header(Read(s.At + 40, 4)) + 24, 8))).Single();
const long relocations = 4, symbols = 11, needs = 0x6ffffffe, versions = 0x6fffffff;

// The number that this file gives to each version it needs.
var numbers = new Dictionary<string, long>();
var (need, _, names) = Section(needs);
for (long next = -1; next != 0; need += next)
{
    next = Read(need + 12, 4);
    var version = need + Read(need + 8, 4);
    for (long count = Read(need + 2, 2); count > 0; count--, version += Read(version + 12, 4))
    {
        numbers[Text(names + Read(version + 8, 4))] = Read(version + 6, 2);
    }
}

var newest = numbers.Keys.Where(name => name.StartsWith("GLIBCXX_")).OrderBy(name => new Version(name[8..])).Last();
var (table, size, strings) = Section(symbols);
var (ofSymbols, _, _) = Section(versions);
var wanting = Enumerable.Range(0, (int)size / 24).Where(i => (Read(ofSymbols + 2 * i, 2) & 0x7fff) == numbers[newest]).ToList();
var referred = sections.Where(s => s.Type == relocations)
    .SelectMany(s => Enumerable.Range(0, (int)Read(s.At + 32, 8) / 24).Select(i => Read(Read(s.At + 24, 8) + 24 * i + 12, 4))).ToHashSet();
var called = wanting.Where(i => referred.Contains(i)).ToList();
foreach (var symbol in wanting) Console.WriteLine($"output    {newest} is asked for by {Text(strings + Read(table + 24 * symbol, 4))}");
Console.WriteLine($"output    relocations refer to {referred.Count} symbols, {called.Count} of these among them");
Finding.Expect(newest == "GLIBCXX_3.4.32", "the newest version of libstdc++ that the library asks for is GLIBCXX_3.4.32, of GCC 13");
Finding.Expect(wanting.Count == 1, "one symbol is of this version");
Finding.Expect(referred.Count > 100 && called.Count == 0, "no relocation refers to it, so nothing in the library can reach it");
CS
dotnet out/finding.dll
