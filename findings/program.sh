# Sourced by the scripts. Each works in a temporary folder of its own, which is removed at the end.
set -euo pipefail
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# quietly COMMAND...: its output is shown only if it fails, and then the script ends.
quietly() {
    "$@" < /dev/null > quietly.log 2>&1 || { cat quietly.log; echo "failed: $*"; exit 2; } >&2
}

# program PACKAGE@VERSION...: builds the C# program read from standard input, with these packages, into out/.
program() {
    cat > Program.cs
    cat > Finding.cs <<'CS'
static class Finding
{
    public static void Expect(bool seen, string what)
    {
        Console.WriteLine($"{(seen ? "as found" : "CHANGED ")}  {what}");
        if (!seen) Environment.ExitCode = 1;
    }
}
CS
    {
        echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework>'
        echo '<ImplicitUsings>enable</ImplicitUsings><InvariantGlobalization>true</InvariantGlobalization></PropertyGroup><ItemGroup>'
        for package; do echo "<PackageReference Include=\"${package%@*}\" Version=\"[${package#*@}]\" />"; done
        echo '</ItemGroup></Project>'
    } > finding.csproj
    quietly dotnet build finding.csproj -c Release -o out -v quiet
    echo "package   ${*:-.NET SDK $(dotnet --version)}"
}

# torch: lets TorchSharp's native library load where libstdc++ ends at GLIBCXX_3.4.30: changes the version's name and hash in the
# copy in out/. It uses nothing newer, as torchsharp-glibcxx.sh shows.
torch() {
    LC_ALL=C sed -i 's/GLIBCXX_3\.4\.32/GLIBCXX_3.4.30/g; s/\x42\xf8\x97\x02/\x40\xf8\x97\x02/g' \
        out/runtimes/linux-x64/native/libLibTorchSharp.so
}

# onnx: Onnx.cs, the bytes of a model of one node whose inputs are all given at the call (field numbers as in onnx.proto).
onnx() {
    cat > Onnx.cs <<'CS'
using System.Text;

static class Onnx
{
    public static byte[] Model(string op, string inputs, string outputs, params byte[][] attributes)
    {
        var (into, from) = (inputs.Split(','), outputs.Split(','));
        byte[] node = Part(1, [.. into.Select(name => Text(1, name)), .. from.Select(name => Text(2, name)), Text(4, op), .. attributes]);
        var values = into.Select(name => Value(11, name)).Concat(from.Select(name => Value(12, name)));
        return [.. Number(1, 8), .. Part(7, [node, Text(2, "graph"), .. values]), .. Part(8, Number(2, 14))];
    }

    public static byte[] Attribute(string name, long value) => Part(5, Text(1, name), Number(3, value), Number(20, 2));
    public static byte[] Attribute(string name, params string[] values) =>
        Part(5, [Text(1, name), .. values.Select(value => Text(9, value)), Number(20, 8)]);
    public static byte[] Attribute(string name, params float[] values) =>
        Part(5, [Text(1, name), .. values.Select(value => (byte[])[61, .. BitConverter.GetBytes(value)]), Number(20, 6)]);

    // An empty name is an optional input that is left out; "lens" is the one of int32.
    static byte[] Value(int field, string name) =>
        name == "" ? [] : Part(field, Text(1, name), Part(2, Part(1, Number(1, name == "lens" ? 6 : 1))));
    static byte[] Text(int field, string text) => Part(field, Encoding.UTF8.GetBytes(text));
    static byte[] Number(int field, long value) => [.. Varint(field << 3), .. Varint(value)];
    static byte[] Part(int field, params byte[][] parts) =>
        [.. Varint(field << 3 | 2), .. Varint(parts.Sum(part => part.Length)), .. parts.SelectMany(part => part)];
    static byte[] Varint(long value) => value < 128 ? [(byte)value] : [(byte)(value | 128), .. Varint(value >> 7)];
}
CS
}

# node_program PACKAGE@VERSION: runs the Node.js program read from standard input with this package of npm.
node_program() {
    quietly npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" "$1"
    echo "package   $1"
    {
        echo 'function expect(seen, what) { console.log(`${seen ? "as found" : "CHANGED "}  ${what}`); if (!seen) process.exitCode = 1; }'
        echo 'console.warn = () => {};'
        cat
    } > program.js
    node program.js
}
