using System.Buffers.Binary;
using System.Text;

namespace EchoLstm.Inference;

/// <summary>
/// A stream's state as bytes, little-endian: "ELSS"; the version (4 bytes); the number of sequences (4); steps read (8); the length (4) and
/// the letters, in UTF-8, of what the states are of, e.g. <c>LSTM 5, GRU 7</c>; each state's numbers, float32; CRC-32 of all before (4).
/// </summary>
internal static class StateBytes
{
    private const int Version = 1;
    private const int Head = 24;
    private const int Tail = sizeof(uint);
    private const uint ReversedPolynomial = 0xEDB88320; // CRC-32 of ISO 3309

    private static ReadOnlySpan<byte> Magic => "ELSS"u8;

    /// <summary>Writes a state.</summary>
    internal static byte[] Write(StateKinds kinds, int batch, long stepsRead, float[][] states)
    {
        var names = Encoding.UTF8.GetBytes(kinds.Text);
        var bytes = new byte[Head + names.Length + (states.Sum(state => state.Length) * sizeof(float)) + Tail];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), batch);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(12), stepsRead);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), names.Length);
        names.CopyTo(bytes, Head);
        var place = Head + names.Length;
        foreach (var value in states.SelectMany(state => state))
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(place), value);
            place += sizeof(float);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(place), Checksum(bytes.AsSpan(0, place)));
        return bytes;
    }

    /// <summary>Reads a state that was written for the same kinds and number of sequences.</summary>
    internal static (long StepsRead, float[][] States) Read(ReadOnlySpan<byte> state, StateKinds kinds, int batch)
    {
        if (state.Length < Head + Tail || !state.StartsWith(Magic))
        {
            throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture,
                    $"These {state.Length} bytes are no stream's state. Give what SaveState returned."));
        }
        var version = BinaryPrimitives.ReadInt32LittleEndian(state[4..]);
        if (version != Version)
        {
            throw new InvalidDataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The state has version {version}, and this library reads {Version}. Read it with the version of the library that "
                        + $"saved it."));
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(state[^Tail..]) != Checksum(state[..^Tail]))
        {
            throw new InvalidDataException("The state is damaged: its checksum is another. Take an earlier one, or Reset and read the "
                + "sequence again.");
        }
        var theirs = BinaryPrimitives.ReadInt32LittleEndian(state[8..]);
        var stepsRead = BinaryPrimitives.ReadInt64LittleEndian(state[12..]);
        var letters = BinaryPrimitives.ReadInt32LittleEndian(state[20..]);
        var numbers = kinds.Lengths.Sum(length => (long)length * batch);
        var fits = letters >= 0 && letters <= state.Length - Head - Tail && stepsRead >= 0;
        var text = fits ? Encoding.UTF8.GetString(state.Slice(Head, letters)) : "";
        if (theirs != batch || text != kinds.Text || state.Length != Head + letters + (numbers * sizeof(float)) + Tail)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The state is of {theirs} sequences through {text}; this stream runs {batch} through {kinds.Text}. Restore what a "
                        + $"stream like this one saved."),
                nameof(state));
        }
        var place = Head + letters;
        var states = new float[kinds.Lengths.Count][];
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = new float[kinds.Lengths[i] * batch];
            for (var k = 0; k < states[i].Length; k++, place += sizeof(float))
            {
                states[i][k] = BinaryPrimitives.ReadSingleLittleEndian(state[place..]);
            }
        }
        return (stepsRead, states);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ ReversedPolynomial;
            }
        }
        return ~crc;
    }
}

/// <summary>What a model's states are of.</summary>
/// <param name="Text">The layers, e.g. <c>LSTM 5, GRU 7</c>.</param>
/// <param name="Lengths">How many numbers each state has for one sequence.</param>
internal sealed record StateKinds(string Text, IReadOnlyList<int> Lengths);
