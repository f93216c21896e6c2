// What tests/fresh-project.sh expects of the packages: dotnet run PackageCheck.cs -- <folder of packages> <repository>
#:property PublishAot=false
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;

var (feed, repository) = (args[0], args[1]);
var faults = new List<string>();
var packages = Directory.GetFiles(feed, "*.nupkg").Select(path => (Path: path, Nuspec: Nuspec(path))).ToDictionary(package => Value(package.Nuspec, "id"));

Expect(packages.ContainsKey("EchoLstm"), $"the packages are {string.Join(", ", packages.Keys)}");
foreach (var (id, (path, nuspec)) in packages)
{
    Check(id, path, nuspec);
}
// The oldest TorchSharp that a user may take is the one that the library was compiled against: an older one lacks the assembly that it asks for.
var compiledAgainst = TorchSharpOf(packages["EchoLstm"].Path).ToString(3);
var dependencies = packages["EchoLstm"].Nuspec.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => $"{(string?)element.Attribute("id")} {(string?)element.Attribute("version")}").ToList();
var version = Value(packages["EchoLstm"].Nuspec, "version");
Expect(dependencies.Order().SequenceEqual([$"EchoLstm.Runtime [{version}]", $"TorchSharp {compiledAgainst}"]), $"EchoLstm was compiled against TorchSharp {compiledAgainst} and depends on {string.Join(", ", dependencies)}");

var interop = packages["EchoLstm.Interop"].Nuspec.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => $"{(string?)element.Attribute("id")} {(string?)element.Attribute("version")}").ToList();
Expect(interop.Order().SequenceEqual([$"EchoLstm [{version}]", "PureHDF 2.2.0", $"TorchSharp {compiledAgainst}", "TorchSharp.PyBridge 1.4.4"]), $"EchoLstm.Interop depends on {string.Join(", ", interop)}");

var streams = packages["EchoLstm.Orleans"].Nuspec.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => (string?)element.Attribute("id")).ToList();
Expect(streams.Order().SequenceEqual(["EchoLstm.Runtime", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Sdk"]), $"EchoLstm.Orleans depends on {string.Join(", ", streams)}");

Expect(!packages["EchoLstm.Runtime"].Nuspec.Descendants().Any(element => element.Name.LocalName == "dependency"), "EchoLstm.Runtime depends on something");

foreach (var fault in faults)
{
    Console.Error.WriteLine(fault);
}
return faults.Count == 0 ? 0 : 1;

void Check(string id, string path, XDocument nuspec)
{
    var (version, entries) = (Value(nuspec, "version"), Entries(path));
    Expect(Path.GetFileName(path) == $"{id}.{version}.nupkg", $"{path} has version {version}");
    foreach (var name in new[] { $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml", "README.md", "icon.png" })
    {
        Expect(entries.Contains(name), $"{id} has no {name}");
    }
    foreach (var (name, value) in new[] { ("license", "MIT"), ("readme", "README.md"), ("icon", "icon.png") })
    {
        Expect(Value(nuspec, name) == value, $"{id}: {name} is '{Value(nuspec, name)}'");
    }
    Expect(Value(nuspec, "description").Length > 50, $"{id} has no description");
    Expect(Value(nuspec, "tags").Contains("lstm", StringComparison.Ordinal), $"{id} has no tags");
    var source = nuspec.Descendants().FirstOrDefault(element => element.Name.LocalName == "repository");
    Expect((string?)source?.Attribute("type") == "git" && ((string?)source.Attribute("commit"))?.Length == 40, $"{id} does not name its commit");

    // Debuggers find every source file: in the symbols, or where the repository's address and the commit lead.
    using var pdb = Read(Path.ChangeExtension(path, ".snupkg"), $"lib/net10.0/{id}.pdb");
    using var provider = MetadataReaderProvider.FromPortablePdbStream(pdb, MetadataStreamOptions.PrefetchMetadata);
    var reader = provider.GetMetadataReader();
    var embedded = new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
    foreach (var handle in reader.Documents)
    {
        var name = reader.GetString(reader.GetDocument(handle).Name);
        Expect(name.StartsWith("/_", StringComparison.Ordinal), $"{id}: the path {name} is that of one machine");
        Expect(reader.GetCustomDebugInformation(handle).Any(info => reader.GetGuid(reader.GetCustomDebugInformation(info).Kind) == embedded), $"{id}: the source of {name} is not in the symbols");
    }

    // No machine's folder is in what is shipped.
    using var library = Read(path, $"lib/net10.0/{id}.dll");
    Expect(library.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(repository)) < 0, $"{id}.dll names the folder {repository}");
}

void Expect(bool holds, string fault)
{
    if (!holds)
    {
        faults.Add(fault);
    }
}

static XDocument Nuspec(string path)
{
    using var package = ZipFile.OpenRead(path);
    using var nuspec = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
    return XDocument.Load(nuspec);
}

static string Value(XDocument nuspec, string name) => nuspec.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value ?? "";

static Version TorchSharpOf(string path)
{
    using var assembly = new PEReader(Read(path, "lib/net10.0/EchoLstm.dll"));
    var reader = assembly.GetMetadataReader();
    return reader.AssemblyReferences.Select(reader.GetAssemblyReference).Single(reference => reader.GetString(reference.Name) == "TorchSharp").Version;
}

static HashSet<string> Entries(string path)
{
    using var package = ZipFile.OpenRead(path);
    return [.. package.Entries.Select(entry => entry.FullName)];
}

static MemoryStream Read(string path, string name)
{
    using var package = ZipFile.OpenRead(path);
    using var entry = package.GetEntry(name)!.Open();
    var bytes = new MemoryStream();
    entry.CopyTo(bytes);
    bytes.Position = 0;
    return bytes;
}
