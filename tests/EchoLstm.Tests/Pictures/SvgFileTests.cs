using EchoLstm.Pictures;

namespace EchoLstm.Tests.Pictures;

/// <summary>Where pictures of all three kinds are written, and where they are not.</summary>
public class SvgFileTests
{
    private static readonly Dictionary<string, Action<string>> Writers = new()
    {
        ["SavePlot"] = path => PictureCases.History(("loss", [1, 0.5])).SavePlot(path),
        ["SaveDiagram"] = path =>
        {
            using var model = EchoModels.OneToOne();
            model.SaveDiagram(path);
        },
        ["SeriesPlot"] = new SeriesPlot().Add("a", [1]).Save,
    };

    public static TheoryData<string> Kinds => [.. Writers.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Another_ending_than_svg_is_refused_before_anything_is_written(string kind)
    {
        using var folder = new TemporaryFolder();
        string Path(params string[] parts) => System.IO.Path.Combine([folder.Path, .. parts]);
        void Refused(string path, string advice) => Errors.Expect<ArgumentException>(
            () => Writers[kind](path),
            $"A picture is written as SVG: expected a file name that ends in .svg, received '{path}'. {advice} (Parameter 'path')");
        const string Convert = "a browser shows it, and rsvg-convert makes a PNG or PDF of it, see docs/pictures.md.";

        Refused(Path("new", "p.png"), $"Write '{Path("new", "p.svg")}': {Convert}");
        Refused(Path("m.pdf"), $"Write '{Path("m.svg")}': {Convert}");
        Refused(Path("plot"), $"Write '{Path("plot.svg")}'.");
        Refused(Path("new") + System.IO.Path.DirectorySeparatorChar, $"Write '{Path("new", "picture.svg")}'.");
        Assert.Throws<ArgumentException>(() => Writers[kind](" "));
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_missing_folder_is_made(string kind)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "pictures", "of today", "a.SVG");

        Writers[kind](path);

        Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Should().Equal(path);
        SvgText.Texts(File.ReadAllText(path)).Should().NotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Where_no_file_can_be_is_said(string kind)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("file");
        File.WriteAllText(file, "before");

        Errors.Expect<IOException>(
            () => Writers[kind](folder.Path), $"Can't write {folder.Path}: it is a folder. Give the name of a file.");
        Assert.ThrowsAny<IOException>(() => Writers[kind](Path.Combine(file, "a.svg")));
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(file);
    }
}
