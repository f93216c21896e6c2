using System.Buffers.Binary;
using System.Text;
using EchoLstm.Torch;

namespace EchoLstm.Tests.Torch;

/// <summary>The eight bytes that are changed, and the files in which none may be.</summary>
public sealed class VersionNeedTests : IDisposable
{
    // From ld's layout of this file, each checked below before it is relied on.
    private const int HeaderSize = 64, SectionSize = 64, SymbolSize = 24, RelocationSize = 24;

    private readonly byte[] _file;
    private readonly byte[] _original;
    private readonly int[] _eight = [];
    private readonly List<string> _faults = [];

    public VersionNeedTests()
    {
        _original = TorchLibrary.Difference is null ? File.ReadAllBytes(TorchLibrary.FullPath) : [];
        _file = [.. _original];
        if (VersionNeed.TryRelax(_file))
        {
            _eight = [.. Enumerable.Range(0, _file.Length).Where(i => _file[i] != _original[i])];
            _original.CopyTo(_file, 0);
        }
    }

    /// <summary>What every test ends with: nothing was taken that had to be refused, and no byte is another but the eight.</summary>
    public void Dispose()
    {
        _faults.Should().BeEmpty();
        Array.ForEach(_eight, i => _file[i] = _original[i]);
        _file.AsSpan().SequenceEqual(_original).Should().BeTrue("no other byte may change");
    }

    private static ReadOnlySpan<long> BadValues => [-1, long.MaxValue, int.MaxValue, int.MinValue, 0x7fff, 0x10000, 1, 0];

    [TorchLibraryFact]
    public void One_record_takes_the_hash_and_the_name_of_another()
    {
        var (missing, present) = (Record("GLIBCXX_3.4.32"), Record("GLIBCXX_3.4.30"));

        VersionNeed.TryRelax(_file).Should().BeTrue();

        Record("GLIBCXX_3.4.30", after: present + 1).Should().Be(missing, "it has the name now");
        Word(missing).Should().Be(Word(present), "and the hash");
        var changed = Enumerable.Range(0, _file.Length).Where(i => _file[i] != _original[i]).ToList();
        changed.Should().OnlyContain(i => (i >= missing && i < missing + 4) || (i >= missing + 8 && i < missing + 12), "hash and name are eight bytes, and no other has changed");
    }

    [TorchLibraryFact]
    public void What_is_relaxed_has_nothing_to_relax()
    {
        VersionNeed.TryRelax(_file).Should().BeTrue();
        byte[] relaxed = [.. _file];

        VersionNeed.TryRelax(_file).Should().BeFalse();

        _file.AsSpan().SequenceEqual(relaxed).Should().BeTrue();
    }

    [TorchLibraryFact]
    public void A_header_that_leads_out_of_the_file_is_refused()
    {
        const int sections = 40, sizeOfSection = 58, count = 60;
        foreach (var (offset, size) in ((int, int)[])[(0, 4), (4, 1), (5, 1), (16, 2), (18, 2), (sections, 8), (sizeOfSection, 2), (count, 2)])
        {
            Refuse(offset, size, -1, "header");
            Refuse(offset, size, 0, "header");
        }
        foreach (var beyond in (long[])[_file.Length, _file.Length - 1, _file.Length - SectionSize, long.MaxValue, long.MinValue, int.MaxValue])
        {
            Refuse(sections, 8, beyond, "header");
        }
        Refuse(count, 2, Half(count) + 1, "header");
    }

    [TorchLibraryFact]
    public void A_section_that_leads_out_of_the_file_is_refused()
    {
        const int type = 4, offset = 24, size = 32, link = 40, info = 44, noBytes = 8;
        for (var i = 0; i < Half(60); i++)
        {
            var at = Section(i);
            var kind = Word(at + type);
            if (kind != noBytes)
            {
                foreach (var beyond in (long[])[-1, long.MaxValue, long.MinValue, int.MaxValue, _file.Length + 1])
                {
                    Refuse(at + offset, 8, beyond, $"offset of section {i}");
                    Refuse(at + size, 8, beyond, $"size of section {i}");
                }
            }
            if (kind is 4 or 11 or 0x6fffffff or 0x6ffffffe)
            {
                Refuse(at + type, 4, 1, $"type of section {i}");
                Refuse(at + type, 4, -1, $"type of section {i}");
                Refuse(at + size, 8, 0, $"size of section {i}");
                Refuse(at + size, 8, Word(at + size) - 1, $"size of section {i}");
                Refuse(at + size, 8, Word(at + size) + 1, $"size of section {i}", unless: kind == 0x6ffffffe); // more bytes behind its records change nothing
            }
            if (kind is 11 or 0x6ffffffe)
            {
                foreach (var wrong in (long[])[-1, int.MaxValue, Half(60), 0, 1])
                {
                    Refuse(at + link, 4, wrong, $"link of section {i}");
                }
            }
            if (kind == 0x6ffffffe)
            {
                foreach (var wrong in (long[])[-1, int.MaxValue, 0, 1, Word(at + info) - 1, Word(at + info) + 1])
                {
                    Refuse(at + info, 4, wrong, $"info of section {i}");
                }
            }
        }
    }

    [TorchLibraryFact]
    public void Another_table_of_relocations_is_refused()
    {
        const int withAddends = 4, without = 9;
        foreach (var at in Enumerable.Range(0, Half(60)).Select(Section).Where(at => Word(at + 4) != withAddends))
        {
            Refuse(at + 4, 4, withAddends, "a section's type");
            Refuse(at + 4, 4, without, "a section's type");
        }
    }

    [TorchLibraryFact]
    public void A_record_that_leads_out_of_its_section_is_refused()
    {
        foreach (var (need, versions) in Needs())
        {
            Refuse(need + 2, 2, -1, "count of versions");
            Refuse(need + 2, 2, versions.Count + 1, "count of versions");
            foreach (var beyond in (long[])[-1, int.MaxValue, int.MinValue, _file.Length])
            {
                Refuse(need + 4, 4, beyond, "name of a library");
                Refuse(need + 8, 4, beyond, "place of versions");
                Refuse(need + 12, 4, beyond, "next library");
            }
            Refuse(need + 12, 4, Word(need + 12) == 0 ? 16 : 0, "next library");
            Refuse(need + 4, 4, Word(need + 4) + 3, "name of a library", unless: !versions.Contains(Record("GLIBCXX_3.4.32"))); // "stdc++.so.6"; the others' names are not looked at
            foreach (var version in versions)
            {
                foreach (var beyond in (long[])[-1, int.MaxValue, int.MinValue, _file.Length])
                {
                    Refuse(version + 8, 4, beyond, "name of a version");
                    Refuse(version + 12, 4, beyond, "next version");
                }
                Refuse(version + 12, 4, Word(version + 12) == 0 ? 16 : 0, "next version");
            }
        }
    }

    [TorchLibraryFact]
    public void A_record_of_another_hash_or_of_no_symbol_is_refused()
    {
        var (missing, present) = (Record("GLIBCXX_3.4.32"), Record("GLIBCXX_3.4.30"));
        foreach (var value in BadValues)
        {
            Refuse(missing, 4, value, "hash of the missing version");
            Refuse(present, 4, value, "hash of the version that is there");
            Refuse(missing + 6, 2, value, "index of the missing version");
        }
        Refuse(missing + 8, 4, Word(present + 8), "name of the missing version");
        Refuse(present + 8, 4, Word(missing + 8), "name of the version that is there");
    }

    [TorchLibraryFact]
    public void A_symbol_that_is_another_or_defined_or_one_of_two_is_refused()
    {
        var (symbols, versions, user) = User();
        Refuse(symbols + (user * SymbolSize), 4, -1, "name of the symbol");
        Refuse(symbols + (user * SymbolSize), 4, Word(symbols + (user * SymbolSize)) + 1, "name of the symbol");
        Refuse(symbols + (user * SymbolSize) + 6, 2, 12, "section of the symbol");
        foreach (var other in (int[])[1, 0x7fff, 0])
        {
            Refuse(versions + (2 * user), 2, other, "version of the symbol");
        }
        for (var i = 0; i < user; i++)
        {
            Refuse(versions + (2 * i), 2, Half(versions + (2 * user)), $"version of symbol {i}");
        }
        // Two of the name and the version.
        var twin = user - 1;
        _file.AsSpan(symbols + (user * SymbolSize), 4).CopyTo(_file.AsSpan(symbols + (twin * SymbolSize)));
        Half(symbols + (twin * SymbolSize) + 6).Should().Be(0, "it is undefined too");
        Refuse(versions + (2 * twin), 2, Half(versions + (2 * user)), "version of the symbol's twin");
        _original.CopyTo(_file, 0);
    }

    [TorchLibraryFact]
    public void A_relocation_of_the_symbol_is_refused_wherever_it_is()
    {
        var (_, _, user) = User();
        var relocations = Enumerable.Range(0, Half(60)).Select(Section).Where(at => Word(at + 4) == 4)
            .SelectMany(at => Enumerable.Range(0, (int)Word(at + 32) / RelocationSize).Select(i => (int)Word(at + 24) + (i * RelocationSize))).ToList();
        foreach (var relocation in relocations)
        {
            Refuse(relocation + 12, 4, user, "symbol of a relocation");
        }
        relocations.Should().HaveCountGreaterThan(2000, "else the search is broken");
    }

    [TorchLibraryFact]
    public void Another_name_is_refused()
    {
        foreach (var name in (string[])["GLIBCXX_3.4.32", "GLIBCXX_3.4.30", "libstdc++.so.6", "_ZSt21ios_base_library_initv"])
        {
            Refuse(Text(name) + name.Length - 1, 1, 'x', name);
            Refuse(Text(name), 1, 0, name);
        }
    }

    [TorchLibraryFact]
    public void A_file_that_is_cut_anywhere_is_refused()
    {
        var lengths = Enumerable.Range(0, 2 * HeaderSize).Concat(Enumerable.Range(0, _file.Length).Where(length => length % 997 == 0)).Concat(Enumerable.Range(_file.Length - 200, 200));
        foreach (var length in lengths)
        {
            if (VersionNeed.TryRelax(_file.AsSpan(0, length)))
            {
                _faults.Add($"{length} bytes");
            }
        }
    }

    [TorchLibraryFact]
    public void Whatever_a_field_says_nothing_is_thrown_and_no_other_byte_changed()
    {
        var random = new SeededRandom(1);
        var (symbols, versions, user) = User();
        var needs = Needs();
        // All that is read: header, sections, records of versions, the symbol.
        (int Start, int Length)[] read =
        [
            (0, HeaderSize), (Section(0), Half(60) * SectionSize), (needs[0].Need, needs[^1].Versions[^1] + 16 - needs[0].Need),
            (symbols + (user * SymbolSize), SymbolSize), (versions + (2 * user), 2), (Text("GLIBCXX_3.4.32"), 16), (Text("GLIBCXX_3.4.30"), 16),
        ];
        foreach (var (start, length) in read)
        {
            for (var offset = start; offset < start + length; offset++)
            {
                foreach (var value in (int[])[0, 1, 0x7f, 0x80, 0xff, (int)random.NextBelow(256)])
                {
                    Try(offset, 1, value);
                }
                foreach (var size in (int[])[2, 4, 8])
                {
                    if ((offset - start) % size == 0 && offset + size <= start + length)
                    {
                        foreach (var value in BadValues)
                        {
                            Try(offset, size, value);
                        }
                    }
                }
                if (!_file.AsSpan().SequenceEqual(_original))
                {
                    _faults.Add(FormattableString.Invariant($"a value at {offset:x} changed other bytes"));
                    _original.CopyTo(_file, 0);
                }
            }
        }
    }

    private void Refuse(int offset, int size, long value, string what, bool unless = false)
    {
        if (Try(offset, size, value) && !unless)
        {
            _faults.Add(FormattableString.Invariant($"{what}: {value:x} at {offset:x} was taken"));
        }
    }

    // Writes the value, and takes it back with the eight bytes that may be changed; whether the file was relaxed. A value that was there already is no damage.
    private bool Try(int offset, int size, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        if (_file.AsSpan(offset, size).SequenceEqual(bytes[..size]))
        {
            return false;
        }
        bytes[..size].CopyTo(_file.AsSpan(offset));
        var relaxed = VersionNeed.TryRelax(_file);
        if (relaxed)
        {
            Array.ForEach(_eight, i => _file[i] = _original[i]);
        }
        _original.AsSpan(offset, size).CopyTo(_file.AsSpan(offset));
        return relaxed;
    }

    private ushort Half(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(offset));

    private uint Word(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(offset));

    private int Section(int index) => (int)Word(40) + (index * SectionSize);

    private int SectionOf(uint type) => Enumerable.Range(0, Half(60)).Select(Section).Single(at => Word(at + 4) == type);

    private int Start(uint type) => (int)Word(SectionOf(type) + 24);

    // Where a name begins among the dynamic symbols' names.
    private int Text(string name)
    {
        var texts = Section((int)Word(SectionOf(11) + 40));
        var start = (int)Word(texts + 24);
        return start + _file.AsSpan(start, (int)Word(texts + 32)).IndexOf(Encoding.ASCII.GetBytes($"\0{name}\0")) + 1;
    }

    // Each library's record, and those of its versions.
    private List<(int Need, List<int> Versions)> Needs()
    {
        List<(int, List<int>)> needs = [];
        for (var need = Start(0x6ffffffe); needs.Count < Word(SectionOf(0x6ffffffe) + 44); need += (int)Word(need + 12))
        {
            needs.Add((need, [.. Enumerable.Range(0, Half(need + 2)).Select(i => need + 16 + (i * 16))]));
        }
        return needs;
    }

    private int Record(string version, int after = 0)
    {
        var name = (uint)(Text(version) - Word(Section((int)Word(SectionOf(11) + 40)) + 24));
        return Needs().SelectMany(need => need.Versions).First(at => at >= after && Word(at + 8) == name);
    }

    // Where symbols and their versions begin, and which symbol has the missing version.
    private (int Symbols, int Versions, int User) User()
    {
        var (symbols, versions, index) = (Start(11), Start(0x6fffffff), Half(Record("GLIBCXX_3.4.32") + 6));
        return (symbols, versions, Enumerable.Range(0, (int)Word(SectionOf(0x6fffffff) + 32) / 2).Single(i => Half(versions + (2 * i)) == index));
    }
}
