using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using EchoLstm.Interop;

namespace EchoLstm.Tests.Torch;

/// <summary>
/// Windows has TorchSharp 0.105.2, against which published packages are compiled. Names that 0.107.0 has and it lacks, told by comparing
/// the metadata of both; an overload more of a name that both have is chosen by the compiler where it is there.
/// </summary>
public class OldestTorchSharpTests
{
    private static readonly string[] NewTypes = ["BFloat16", "ExportedProgram", "ExportedProgram`1", "Approximate", "export"];

    private static readonly string[] NewMembers =
    [
        "ToBFloat16", "copysign_", "data_ptr", "deg2rad_", "dequantize", "exp2_", "float_power_", "get_approximate", "heaviside_", "i0_", "int_repr",
        "is_quantized", "logit_", "nan_to_num_", "nextafter_", "q_per_channel_axis", "q_per_channel_scales", "q_per_channel_zero_points", "q_scale",
        "q_zero_point", "qint32", "qint8", "quantize_per_channel", "quantize_per_tensor", "quint8", "rad2deg_", "set_approximate", "to_sparse",
    ];

    public static TheoryData<string> Assemblies =>
    [
        typeof(Layer).Assembly.Location, typeof(KerasFile).Assembly.Location, typeof(OldestTorchSharpTests).Assembly.Location,
        Path.Combine(AppContext.BaseDirectory, "EchoLstm.Samples.dll"),
    ];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Nothing_is_used_that_the_version_for_Windows_lacks(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = file.GetMetadataReader();
        var types = reader.TypeReferences.Select(reader.GetTypeReference).Where(IsOfTorch).Select(type => reader.GetString(type.Name));
        var members = reader.MemberReferences.Select(reader.GetMemberReference).Where(member => member.Parent.Kind == HandleKind.TypeReference
            && IsOfTorch(reader.GetTypeReference((TypeReferenceHandle)member.Parent))).Select(member => reader.GetString(member.Name));

        types.Intersect(NewTypes).Should().BeEmpty();
        members.Intersect(NewMembers).Should().BeEmpty();
        types.Should().Contain("Tensor", "else the search is broken");

        bool IsOfTorch(TypeReference type) => type.ResolutionScope.Kind switch
        {
            HandleKind.TypeReference => IsOfTorch(reader.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)),
            HandleKind.AssemblyReference =>
                reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name) == "TorchSharp",
            _ => false,
        };
    }
}
