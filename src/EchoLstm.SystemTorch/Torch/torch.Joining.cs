using TorchSharp.Interop;

namespace TorchSharp;

// Joining tensors.
public static partial class torch
{
    private static readonly Operator CatOp = Operator.Find("aten::cat");
    private static readonly Operator StackOp = Operator.Find("aten::stack");
    private static readonly Operator HstackOp = Operator.Find("aten::hstack");
    private static readonly Operator VstackOp = Operator.Find("aten::vstack");
    private static readonly Operator ColumnStackOp = Operator.Find("aten::column_stack");
    private static readonly Operator BroadcastTensorsOp = Operator.Find("aten::broadcast_tensors");
    private static readonly Operator MeshgridIndexingOp = Operator.Find("aten::meshgrid", "indexing");

    /// <summary>Joins tensors along an existing dimension; a single tensor comes back as an alias.</summary>
    public static Tensor cat(IList<Tensor> tensors, long dim = 0)
        => tensors.Count switch
        {
            0 => throw new ArgumentException("There must be at least one tensor to join.", nameof(tensors)),
            1 => tensors[0].alias(),
            _ => CatOp.Call(tensors.ToArray(), dim),
        };

    /// <summary>Same as <c>cat</c>.</summary>
    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => cat(tensors, dim);

    /// <summary>Same as <c>cat</c>.</summary>
    public static Tensor concatenate(IList<Tensor> tensors, long axis = 0) => cat(tensors, axis);

    /// <summary>Joins tensors of one shape along a new dimension.</summary>
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => StackOp.Call(tensors.ToArray(), dim);

    /// <summary>Joins tensors side by side: along the second dimension, vectors along the first.</summary>
    public static Tensor hstack(IEnumerable<Tensor> tensors) => HstackOp.Call(tensors.ToArray());

    /// <summary>Joins tensors side by side: along the second dimension, vectors along the first.</summary>
    public static Tensor hstack(IList<Tensor> tensors) => HstackOp.Call(tensors.ToArray());

    /// <summary>Joins tensors side by side: along the second dimension, vectors along the first.</summary>
    public static Tensor hstack(params Tensor[] tensors) => HstackOp.Call(tensors);

    /// <summary>Joins tensors one below the other: along the first dimension, vectors as rows.</summary>
    public static Tensor vstack(IList<Tensor> tensors) => VstackOp.Call(tensors.ToArray());

    /// <summary>Same as <c>vstack</c>.</summary>
    public static Tensor row_stack(IList<Tensor> tensors) => vstack(tensors);

    /// <summary>Same as <c>vstack</c>.</summary>
    public static Tensor row_stack(params Tensor[] tensors) => vstack(tensors);

    /// <summary>Joins tensors as columns of a matrix.</summary>
    public static Tensor column_stack(IList<Tensor> tensors) => ColumnStackOp.Call(tensors.ToArray());

    /// <summary>Joins tensors as columns of a matrix.</summary>
    public static Tensor column_stack(params Tensor[] tensors) => ColumnStackOp.Call(tensors);

    /// <summary>Views of all tensors in the one shape they broadcast to.</summary>
    public static IList<Tensor> broadcast_tensors(params Tensor[] tensors)
        => tensors.Length switch
        {
            0 => throw new ArgumentException("There must be at least one tensor.", nameof(tensors)),
            1 => [tensors[0].alias()],
            _ => BroadcastTensorsOp.CallMany(tensors),
        };

    /// <summary>Coordinate grids of several vectors.</summary>
    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij")
        => MeshgridIndexingOp.CallMany(tensors.ToArray(), indexing);
}
