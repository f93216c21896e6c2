using System.Runtime.InteropServices;
using EchoLstm.Files;
using EchoLstm.Models.Saving;

namespace EchoLstm.Tests.Models.Saving;

/// <summary>Saves a file over and over, each time of another content, until it is killed. No Torch, so that it starts fast.</summary>
internal static class EndlessSaver
{
    internal const string Command = "save-over-and-over";

    private const string Generation = "generation";
    private const int Count = 64 * 1024;

    internal static void Run(string path)
    {
        var generation = File.Exists(path) ? Read(path) : 0;
        while (true)
        {
            Save(path, ++generation);
            // The first line says that saving is under way.
            Console.WriteLine(generation.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Which content the file has; throws unless all of it belongs together.</summary>
    internal static int Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var generation = int.Parse(file.Metadata[Generation], CultureInfo.InvariantCulture);
        var values = new float[Count];
        file.Read(file.Tensors.Single(), 0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values.AsSpan().IndexOfAnyExcept((float)generation) < 0 ? generation : throw new InvalidDataException($"{path} has numbers of another save.");
    }

    private static void Save(string path, int generation)
    {
        var values = new float[Count];
        values.AsSpan().Fill(generation);
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(
            stream,
            [new(Generation, generation.ToString(CultureInfo.InvariantCulture))],
            [new SafetensorsSource("values", SafetensorsType.F32, [Count], to => to.Write(MemoryMarshal.AsBytes(values.AsSpan())))]));
    }
}
