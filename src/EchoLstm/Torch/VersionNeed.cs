using System.Buffers.Binary;
using System.Text;

namespace EchoLstm.Torch;

/// <summary>
/// Takes out of a shared library's bytes (ELF, 64 bits, x86-64) the need for a version of libstdc++ that nothing in it uses.
/// </summary>
/// <remarks>
/// A compiler from GCC 13 on names <c>_ZSt21ios_base_library_initv</c> in every file that includes iostream, only to make the linker ask
/// for a libstdc++ that initialises its streams by itself; no relocation refers to the symbol. An older libstdc++ leaves that to the
/// files that use streams, and those of libtorch, which is loaded before, do it. But the loader compares versions by name and refuses.
/// Layout: the ELF specification, and the Linux Standard Base's chapter on symbol versions.
/// </remarks>
internal static class VersionNeed
{
    private const string Library = "libstdc++.so.6", Symbol = "_ZSt21ios_base_library_initv";
    private const string Missing = "GLIBCXX_3.4.32", Present = "GLIBCXX_3.4.30";

    // The loader compares these hashes of the names, then the names.
    private const uint MissingHash = 0x0297f842, PresentHash = 0x0297f840;

    // Section types (sh_type), and sizes of entries.
    private const uint Texts = 3, Relocations = 4, NoBytes = 8, RelocationsWithoutAddend = 9, DynamicSymbols = 11;
    private const uint SymbolVersions = 0x6fffffff, VersionNeeds = 0x6ffffffe;
    private const int HeaderSize = 64, SectionSize = 64, SymbolSize = 24, RelocationSize = 24, NeedSize = 16, VersionSize = 16;

    // In a version's record.
    private const int Hash = 0, Index = 6, Name = 8, Next = 12;

    /// <summary>Gives the record of GLIBCXX_3.4.32 the hash and the name of GLIBCXX_3.4.30: 8 bytes.</summary>
    /// <returns>False, and nothing is changed, unless the file is exactly as described: one such record, of one undefined symbol, to which
    /// no relocation refers.
    /// </returns>
    internal static bool TryRelax(Span<byte> file)
    {
        if (!TryFind(file, out var missing, out var present))
        {
            return false;
        }
        file.Slice(present + Hash, 4).CopyTo(file[(missing + Hash)..]);
        file.Slice(present + Name, 4).CopyTo(file[(missing + Name)..]);
        return true;
    }

    // Where the two records begin.
    private static bool TryFind(ReadOnlySpan<byte> file, out int missing, out int present)
    {
        (missing, present) = (-1, -1);
        // 0x7f ELF, 64 bits, little-endian; e_type 3: shared, e_machine 62: x86-64. Relocations have two tables, of data and of calls.
        if (file.Length < HeaderSize || !file[..6].SequenceEqual("\x7f\u0045LF\x02\x01"u8) || Half(file, 16) != 3 || Half(file, 18) != 62
            || Half(file, 58) != SectionSize || !TrySections(file, out var sections)
            || sections.FindAll(section => section.Type == Relocations) is not [var ofData, var ofCalls]
            || sections.Exists(section => section.Type == RelocationsWithoutAddend)
            || !TryOnly(sections, VersionNeeds, out var needs) || !TryOnly(sections, DynamicSymbols, out var symbols)
            || !TryOnly(sections, SymbolVersions, out var versions)
            || symbols.Link != needs.Link || needs.Link >= sections.Count || sections[(int)needs.Link] is not { Type: Texts } texts)
        {
            return false;
        }
        var names = texts.Of(file);
        return TryRecords(needs.Of(file), needs.Info, needs.Offset, names, out missing, out present)
            && TryUser(symbols.Of(file), versions.Of(file), names, Half(file, missing + Index), out var user)
            && IsWithout(user, ofData.Of(file)) && IsWithout(user, ofCalls.Of(file));
    }

    private static bool TrySections(ReadOnlySpan<byte> file, out List<Section> sections)
    {
        sections = [];
        var (start, count) = (Long(file, 40), Half(file, 60));
        if (!IsWithin(file, start, (ulong)count * SectionSize))
        {
            return false;
        }
        for (var i = 0; i < count; i++)
        {
            var at = file.Slice((int)start + (i * SectionSize), SectionSize);
            var (type, offset, size) = (Word(at, 4), Long(at, 24), Long(at, 32));
            if (type != NoBytes && !IsWithin(file, offset, size))
            {
                return false;
            }
            sections.Add(type == NoBytes ? default : new Section(type, (int)offset, (int)size, Word(at, 40), Word(at, 44)));
        }
        return true;
    }

    private static bool IsWithin(ReadOnlySpan<byte> file, ulong offset, ulong size) =>
        offset <= (ulong)file.Length && size <= (ulong)file.Length - offset;

    private static bool TryOnly(List<Section> sections, uint type, out Section only)
    {
        var found = sections.FindAll(section => section.Type == type);
        only = found is [var one] ? one : default;
        return found.Count == 1;
    }

    // Elf64_Verneed: version, count, file, aux, next; Elf64_Vernaux: hash, flags, index, name, next. Offsets count from the record's start.
    private static bool TryRecords(
        ReadOnlySpan<byte> needs, uint libraries, int start, ReadOnlySpan<byte> names, out int missing, out int present)
    {
        (missing, present) = (-1, -1);
        long need = 0;
        for (var i = 0u; i < libraries; i++)
        {
            if (need > needs.Length - NeedSize)
            {
                return false;
            }
            var (count, library) = (Half(needs, (int)need + 2), NameAt(names, Word(needs, (int)need + 4)));
            var version = need + Word(needs, (int)need + 8);
            for (var j = 0; j < count; j++)
            {
                if (version > needs.Length - VersionSize)
                {
                    return false;
                }
                var at = needs.Slice((int)version, VersionSize);
                var name = NameAt(names, Word(at, Name));
                if (library is null || name is null || (name is Missing or Present && library != Library))
                {
                    return false;
                }
                if (name is Missing)
                {
                    if (missing >= 0 || Word(at, Hash) != MissingHash)
                    {
                        return false;
                    }
                    missing = start + (int)version;
                }
                else if (name is Present)
                {
                    if (present >= 0 || Word(at, Hash) != PresentHash)
                    {
                        return false;
                    }
                    present = start + (int)version;
                }
                if (!TryNext(at, isLast: j == count - 1, VersionSize, ref version))
                {
                    return false;
                }
            }
            if (!TryNext(needs.Slice((int)need, NeedSize), isLast: i == libraries - 1, NeedSize, ref need))
            {
                return false;
            }
        }
        return missing >= 0 && present >= 0;
    }

    // Both kinds of record say how far it is to the next; the last says 0, and no other may, or the walk would stand still.
    private static bool TryNext(ReadOnlySpan<byte> record, bool isLast, int size, ref long place)
    {
        var distance = Word(record, Next);
        place += distance;
        return isLast ? distance == 0 : distance >= size;
    }

    // Elf64_Sym: name, info, other, section (0: undefined), value, size. Two bytes elsewhere: its version; the highest bit hides it.
    private static bool TryUser(ReadOnlySpan<byte> symbols, ReadOnlySpan<byte> versions, ReadOnlySpan<byte> names, int index, out int user)
    {
        user = -1;
        if (symbols.Length % SymbolSize != 0 || versions.Length != symbols.Length / SymbolSize * 2)
        {
            return false;
        }
        for (var i = 0; i < versions.Length / 2; i++)
        {
            if ((Half(versions, 2 * i) & 0x7fff) != index)
            {
                continue;
            }
            if (user >= 0 || Half(symbols, (i * SymbolSize) + 6) != 0 || NameAt(names, Word(symbols, i * SymbolSize)) != Symbol)
            {
                return false;
            }
            user = i;
        }
        return user >= 0;
    }

    // Elf64_Rela: offset, type (32 bits), symbol (32 bits), addend.
    private static bool IsWithout(int symbol, ReadOnlySpan<byte> relocations)
    {
        for (var i = 0; i + RelocationSize <= relocations.Length; i += RelocationSize)
        {
            if (Word(relocations, i + 12) == symbol)
            {
                return false;
            }
        }
        return relocations.Length > 0 && relocations.Length % RelocationSize == 0;
    }

    private static string? NameAt(ReadOnlySpan<byte> names, uint offset)
    {
        if (offset >= names.Length)
        {
            return null;
        }
        var rest = names[(int)offset..];
        var end = rest.IndexOf((byte)0);
        return end < 0 ? null : Encoding.ASCII.GetString(rest[..end]);
    }

    private static ushort Half(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ulong Long(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);

    // Link: the section of the names; Info: for needed versions, how many libraries.
    private readonly record struct Section(uint Type, int Offset, int Size, uint Link, uint Info)
    {
        internal ReadOnlySpan<byte> Of(ReadOnlySpan<byte> file) => file.Slice(Offset, Size);
    }
}
