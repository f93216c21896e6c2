// TorchSharp says nothing about null here, and so its users are not warned; the same holds for ours.
#nullable disable

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>A function whose gradient is written by hand; derive from one of the two classes below.</summary>
        public abstract class Function<T>
            where T : Function<T>, new()
        {
            /// <summary>The name that errors call it by.</summary>
            public abstract string Name { get; }

            private static readonly Func<AutogradContext, object[], List<Tensor>> Forward = (ctx, vars) => Instance.forward_internal(ctx, vars);
            private static readonly Func<AutogradContext, List<Tensor>, List<Tensor>> Backward = (ctx, gradients) => Instance.backward_internal(ctx, gradients);

            internal static T Instance { get; set; } = new();

            /// <summary>Runs forward on the arguments, of which those that are tensors take part in the graph.</summary>
            public static List<Tensor> apply_internal(params object[] vars) => CustomNode.Apply(Instance.Name, Forward, Backward, vars);

            internal abstract List<Tensor> forward_internal(AutogradContext ctx, params object[] vars);

            internal abstract List<Tensor> backward_internal(AutogradContext ctx, List<Tensor> grad_outputs);
        }

        /// <summary>A function with one tensor as its result, whose gradient is written by hand.</summary>
        public abstract class SingleTensorFunction<T> : Function<T>
            where T : SingleTensorFunction<T>, new()
        {
            /// <summary>Runs the function on the arguments, of which those that are tensors take part in the graph.</summary>
            public static Tensor apply(params object[] vars) => apply_internal(vars)[0];

            /// <summary>Computes the result. Operations here are not recorded.</summary>
            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            /// <summary>Computes a gradient for each argument of forward: null for those that are no tensors or need none.</summary>
            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            internal sealed override List<Tensor> forward_internal(AutogradContext ctx, params object[] vars) => [forward(ctx, vars)];

            internal sealed override List<Tensor> backward_internal(AutogradContext ctx, List<Tensor> grad_outputs) =>
                backward(ctx, grad_outputs[0]);
        }

        /// <summary>A function with several tensors as its result, whose gradient is written by hand.</summary>
        public abstract class MultiTensorFunction<T> : Function<T>
            where T : MultiTensorFunction<T>, new()
        {
            /// <summary>Runs the function on the arguments, of which those that are tensors take part in the graph.</summary>
            public static List<Tensor> apply(params object[] vars) => apply_internal(vars);

            /// <summary>Computes the results. Operations here are not recorded.</summary>
            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);

            /// <summary>Computes a gradient for each argument of forward: null for those that are no tensors or need none.</summary>
            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            internal sealed override List<Tensor> forward_internal(AutogradContext ctx, params object[] vars) => forward(ctx, vars);

            internal sealed override List<Tensor> backward_internal(AutogradContext ctx, List<Tensor> grad_outputs) =>
                backward(ctx, grad_outputs);
        }
    }
}
