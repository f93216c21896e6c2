using System.Globalization;
using System.Text;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Writes tensors as text, character for character as TorchSharp does.</summary>
internal sealed class TensorPrinter(string format, int width, CultureInfo culture, string newLine)
{
    private const string Ellipsis = "...";
    private readonly StringBuilder _text = new();

    internal string Julia(Tensor tensor)
    {
        _text.Append(tensor);
        switch (tensor.ndim)
        {
            case 0:
                return _text.Append(", value = ").Append(Number(tensor)).ToString();
            case 1:
                _text.Append(newLine);
                var row = Row(tensor);
                Columns(row, [.. row.Select(number => number.Length)], row.Count < tensor.size(0));
                break;
            case 2:
                _text.Append(newLine);
                Matrix(tensor);
                break;
            default:
                Matrices(tensor, "");
                break;
        }

        return _text.ToString();
    }

    internal string Numpy(Tensor tensor)
    {
        Nested(tensor, tensor.ndim, indented: true, '[', ']', "", rows => new StringBuilder().Insert(0, newLine, rows).ToString());
        return _text.ToString();
    }

    internal string CSharp(Tensor tensor)
    {
        var (keyword, suffix) = tensor.dtype switch
        {
            ScalarType.Bool => ("bool", ""),
            ScalarType.Byte => ("byte", ""),
            ScalarType.Int8 => ("sbyte", ""),
            ScalarType.Int16 => ("short", ""),
            ScalarType.Int32 => ("int", ""),
            ScalarType.Int64 => ("long", "L"),
            ScalarType.Float32 => ("float", "f"),
            ScalarType.Float64 => ("double", ""),
            _ => (null, ""),
        };
        _text.Append(tensor).Append(", value = ");
        if (tensor.ndim == 0) return _text.Append(Number(tensor)).ToString();
        if (keyword is null) return tensor.ToString();

        bool several = tensor.ndim > 1;
        if (several) _text.Append(newLine);
        _text.Append(keyword).Append(" [").Append(',', (int)tensor.ndim - 1).Append("] ");
        if (several)
        {
            _text.Append('{').Append(newLine).Append(' ');
            Rows(tensor, tensor.ndim, '{', '}', suffix, _ => "," + newLine);
            _text.Append(newLine).Append('}');
        }
        else
        {
            Nested(tensor, 1, indented: false, '{', '}', suffix, _ => "," + newLine);
        }

        return _text.ToString();
    }

    private void Nested(Tensor tensor, long depth, bool indented, char open, char close, string suffix, Func<int, string> between)
    {
        int rank = (int)tensor.ndim;
        if (indented) _text.Append(' ', (int)depth - rank);
        if (rank == 0)
        {
            _text.Append(Number(tensor));
            return;
        }

        _text.Append(open);
        if (rank > 1) Rows(tensor, depth, open, close, suffix, between);
        else Line(tensor, suffix);
        _text.Append(close);
    }

    private void Rows(Tensor tensor, long depth, char open, char close, string suffix, Func<int, string> between)
    {
        int rank = (int)tensor.ndim;
        int count = (int)tensor.size(0), trailing = maxRows / 2, leading = maxRows - trailing;
        bool cut = count > maxRows;
        for (int i = 0; i < count; i++)
        {
            if (cut && i == leading)
            {
                // Between slices NumPy's style ends this line like the others; C#'s has no comma after an ellipsis.
                _text.Append(' ', (int)depth - rank).Append(' ').Append(Ellipsis).Append(between(rank - 1).TrimStart(','));
                i = count - trailing;
            }

            using var slice = tensor[i];
            Nested(slice, depth, indented: i > 0, open, close, suffix, between);
            if (i + 1 < count) _text.Append(between(rank - 1));
        }
    }

    private void Line(Tensor vector, string suffix)
    {
        int count = (int)vector.size(0), trailing = maxColumns / 2, leading = maxColumns - trailing;
        bool cut = count > maxColumns;
        for (int i = 0; i < count; i++)
        {
            if (cut && i == leading)
            {
                _text.Append(Ellipsis).Append(' ');
                i = count - trailing;
            }

            using var element = vector[i];
            _text.Append(Number(element)).Append(suffix);
            if (i + 1 < count) _text.Append(", ");
        }
    }

    private void Matrices(Tensor tensor, string place)
    {
        for (int i = 0; i < tensor.size(0); i++)
        {
            using var slice = tensor[i];
            if (slice.ndim > 2)
            {
                Matrices(slice, $"{place}{i},");
                continue;
            }

            _text.Append(newLine).Append($"[{place}{i},..,..] =").Append(newLine);
            Matrix(slice);
        }
    }

    private void Matrix(Tensor matrix)
    {
        var rows = new List<List<string>>();
        for (int i = 0; i < matrix.size(0); i++)
        {
            using var row = matrix[i];
            rows.Add(Row(row));
        }

        if (rows.Count == 0) return;
        int shown = rows.Min(row => row.Count);
        var widths = Enumerable.Range(0, shown).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows) Columns(row[..shown], widths, shown < matrix.size(1));
    }

    // As many numbers as fit, leaving room for the ellipsis.
    private List<string> Row(Tensor vector)
    {
        var row = new List<string>();
        int left = width;
        for (int i = 0; i < vector.size(0); i++)
        {
            using var element = vector[i];
            string number = Number(element);
            if (left - number.Length - Ellipsis.Length - 1 < 0) break;
            row.Add(number);
            left -= number.Length + 1;
        }

        return row;
    }

    private void Columns(List<string> row, int[] widths, bool cut)
    {
        for (int i = 0; i < row.Count; i++) _text.Append(' ').Append(row[i].PadLeft(widths[i]));
        if (cut) _text.Append(' ').Append(Ellipsis);
        _text.Append(newLine);
    }

    private string Number(Tensor element)
    {
        var value = element.ToScalar();
        return element.dtype switch
        {
            ScalarType.Bool => value.ToBoolean().ToString(culture),
            ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64 => value.ToInt64().ToString(CultureInfo.CurrentCulture),
            ScalarType.Float64 => value.ToDouble().ToString(format, culture),
            ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64 => ComplexNumber(value, element.dtype == ScalarType.ComplexFloat32),
            _ => value.ToSingle().ToString(format, culture),
        };
    }

    private string ComplexNumber(Scalar value, bool single)
    {
        var number = value.ToComplexFloat64();
        string Part(double part) => single ? ((float)part).ToString(format, culture) : part.ToString(format, culture);
        if (number.Imaginary == 0) return Part(number.Real);
        string imaginary = Part(number.Imaginary) + "i";
        return number.Real == 0 ? imaginary : $"{Part(number.Real)}+{imaginary}";
    }
}
