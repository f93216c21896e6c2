using System.Buffers.Binary;
using System.Text;

namespace EchoLstm.Interop;

/// <summary>
/// How large the tensors are that a pickle of PyTorch asks for, found before any is made: the pickle's commands are followed as far as
/// whole numbers go, and nothing in it is run.
/// </summary>
internal sealed class PickleSizes
{
    private readonly byte[] _bytes;
    private readonly List<Item> _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<long, Item> _memo = [];
    private int _place;
    private double _largest;

    private PickleSizes(byte[] bytes) => _bytes = bytes;

    /// <summary>The numbers of the largest tensor or storage.</summary>
    /// <exception cref="InvalidDataException">It is no sound pickle.</exception>
    internal static double Largest(byte[] pickle)
    {
        var sizes = new PickleSizes(pickle);
        try
        {
            while (sizes.Step())
            {
            }
        }
        catch (Exception error) when (error is ArgumentException or IndexOutOfRangeException or InvalidOperationException
            or ArithmeticException or FormatException)
        {
            throw new InvalidDataException("its pickle is damaged", error);
        }
        return sizes._largest;
    }

    // False at its end.
    private bool Step()
    {
        var command = _bytes[_place++];
        switch (command)
        {
            case (byte)'.':
                return false;
            case (byte)'(':
                _marks.Push(_stack.Count);
                break;
            case (byte)'K':
                Push(Take(1)[0]);
                break;
            case (byte)'M':
                Push(BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
                break;
            case (byte)'J':
                Push(BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                break;
            case 0x8a:
                PushLong(Take(Take(1)[0]));
                break;
            case 0x8b:
                PushLong(Take(Length(4)));
                break;
            case (byte)'I' or (byte)'L':
                Push(double.TryParse(Line().TrimEnd('L'), CultureInfo.InvariantCulture, out var number) ? number : double.PositiveInfinity);
                break;
            case (byte)'F' or (byte)'S' or (byte)'V' or (byte)'P':
                _ = Line();
                Other();
                break;
            case (byte)'c':
                _ = Line();
                _ = Line();
                Other();
                break;
            case (byte)'i':
                _ = Line();
                _ = Line();
                _ = FromMark();
                Other();
                break;
            case (byte)'G':
                _ = Take(8);
                Other();
                break;
            case (byte)'X' or (byte)'T' or (byte)'B':
                _ = Take(Length(4));
                Other();
                break;
            case (byte)'U' or (byte)'C' or 0x8c:
                _ = Take(Take(1)[0]);
                Other();
                break;
            case 0x8d or 0x8e:
                _ = Take(Length(8));
                Other();
                break;
            case (byte)'N' or (byte)'}' or (byte)']' or 0x88 or 0x89 or 0x8f:
                Other();
                break;
            case (byte)')':
                Tuple([]);
                break;
            case 0x85 or 0x86 or 0x87:
                Tuple(Pop(command - 0x84));
                break;
            case (byte)'t':
                Tuple(FromMark());
                break;
            case (byte)'l' or (byte)'d' or (byte)'o' or 0x91:
                _ = FromMark();
                Other();
                break;
            case (byte)'e' or (byte)'u' or (byte)'1' or 0x90:
                _ = FromMark();
                break;
            case (byte)'0' or (byte)'a' or (byte)'b':
                _ = Pop(1);
                break;
            case (byte)'s':
                _ = Pop(2);
                break;
            case (byte)'2':
                _stack.Add(_stack[^1]);
                break;
            case (byte)'Q':
                _ = Pop(1);
                Other();
                break;
            case (byte)'R' or 0x81 or 0x93:
                _ = Pop(2);
                Other();
                break;
            case 0x92:
                _ = Pop(3);
                Other();
                break;
            case (byte)'q':
                _memo[Take(1)[0]] = _stack[^1];
                break;
            case (byte)'r':
                _memo[Length(4)] = _stack[^1];
                break;
            case (byte)'p':
                _memo[long.Parse(Line(), CultureInfo.InvariantCulture)] = _stack[^1];
                break;
            case 0x94:
                _memo[_memo.Count] = _stack[^1];
                break;
            case (byte)'h':
                _stack.Add(_memo.GetValueOrDefault(Take(1)[0]));
                break;
            case (byte)'j':
                _stack.Add(_memo.GetValueOrDefault(Length(4)));
                break;
            case (byte)'g':
                _stack.Add(_memo.GetValueOrDefault(long.Parse(Line(), CultureInfo.InvariantCulture)));
                break;
            case 0x80:
                _ = Take(1);
                break;
            case 0x95:
                _ = Take(8);
                break;
            default:
                throw new FormatException();
        }
        return true;
    }

    // What makes a tensor is called with storage, offset, size and strides; what names a storage has its size last.
    private void Tuple(List<Item> items)
    {
        if (items is [_, { Number: not null }, { Product: { } size }, { Product: not null }, ..])
        {
            _largest = Math.Max(_largest, size);
        }
        else if (items is [{ Number: null }, { Number: null }, { Number: null }, { Number: null }, { Number: { } stored }])
        {
            _largest = Math.Max(_largest, Math.Abs(stored));
        }
        var product = items.TrueForAll(item => item.Number is not null)
            ? items.Aggregate(1.0, (all, item) => all * (item.Number!.Value < 0 ? double.PositiveInfinity : item.Number.Value))
            : (double?)null;
        _stack.Add(new Item(null, product));
    }

    private void Push(double number) => _stack.Add(new Item(number, null));

    private void PushLong(ReadOnlySpan<byte> bytes)
    {
        var number = 0.0;
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            number = (number * 256) + bytes[i];
        }
        Push(number);
    }

    private void Other() => _stack.Add(default);

    private List<Item> FromMark() => Pop(_stack.Count - _marks.Pop());

    private List<Item> Pop(int count)
    {
        var items = _stack.GetRange(_stack.Count - count, count);
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private int Length(int bytes) => bytes == 4
        ? checked((int)BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))
        : checked((int)BinaryPrimitives.ReadUInt64LittleEndian(Take(8)));

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = _bytes.AsSpan(_place, count);
        _place += count;
        return taken;
    }

    private string Line()
    {
        var length = _bytes.AsSpan(_place).IndexOf((byte)'\n');
        var line = Encoding.UTF8.GetString(Take(length));
        _place++;
        return line;
    }

    /// <summary>A whole number, or the product of a tuple of them; neither for all else.</summary>
    private readonly record struct Item(double? Number, double? Product);
}
