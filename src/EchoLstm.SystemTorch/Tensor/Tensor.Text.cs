using System.Globalization;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Shape, element type and device.</summary>
        public override string ToString()
        {
            var info = Info;
            return $"[{string.Join('x', shape)}], type = {(ScalarType)info.ScalarType}, device = {device}";
        }

        /// <summary>With <c>disamb</c> the elements in the default style, else shape, element type and device.</summary>
        public string ToString(bool disamb, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null) =>
            disamb ? ToString(torch.TensorStringStyle, fltFormat, width, cultureInfo, newLine) : ToString();

        /// <summary>The tensor as text in a style; what is not given is taken from <c>torch.set_printoptions</c>.</summary>
        public string ToString(
            TensorStringStyle style, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null)
        {
            if (style == TensorStringStyle.Default) style = torch.TensorStringStyle;
            if (style == TensorStringStyle.Metadata || is_meta) return ToString();

            var printer = new TensorPrinter(fltFormat ?? floatFormat, width ?? lineWidth, cultureInfo ?? CultureInfo.CurrentCulture, newLine ?? torch.newLine);
            using var elements = detach();
            return style switch
            {
                TensorStringStyle.Julia => printer.Julia(elements),
                TensorStringStyle.Numpy => printer.Numpy(elements),
                TensorStringStyle.CSharp => printer.CSharp(elements),
                _ => throw new ArgumentOutOfRangeException(nameof(style), style, "There is no such style."),
            };
        }

        /// <summary>The elements as nested lists of scalars, or one scalar.</summary>
        public object tolist()
        {
            if (ndim == 0) return this.ToScalar();
            var list = new System.Collections.ArrayList();
            foreach (var slice in unbind())
            {
                using (slice) list.Add(slice.tolist());
            }

            return list;
        }
    }
}
