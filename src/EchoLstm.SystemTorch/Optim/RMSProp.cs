using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using static torch;
        using static torch.optim;

        /// <summary>RMSprop (Hinton, 2012): steps divided by the root of a decaying mean of the gradient's square.</summary>
        public partial class RMSProp : OptimizerHelper, IMomentum
        {
            /// <summary>Makes the optimiser over one group.</summary>
            /// <param name="parameters">What to train.</param>
            /// <param name="lr">The learning rate.</param>
            /// <param name="alpha">The decay rate of the mean square.</param>
            /// <param name="eps">Added to the denominator.</param>
            /// <param name="weight_decay">How much of the parameter is added to its gradient.</param>
            /// <param name="momentum">The share of the last direction that is kept.</param>
            /// <param name="centered">Whether to divide by the standard deviation instead of the mean square.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public RMSProp(IEnumerable<Parameter> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8,
                double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
                : this([new ParamGroup { Parameters = parameters }], lr, alpha, eps, weight_decay, momentum, centered, maximize)
            {
            }

            /// <summary>Makes the optimiser over several groups.</summary>
            /// <param name="parameters">Groups, whose own settings go before those that follow.</param>
            /// <param name="lr">The learning rate.</param>
            /// <param name="alpha">The decay rate of the mean square.</param>
            /// <param name="eps">Added to the denominator.</param>
            /// <param name="weight_decay">How much of the parameter is added to its gradient.</param>
            /// <param name="momentum">The share of the last direction that is kept.</param>
            /// <param name="centered">Whether to divide by the standard deviation instead of the mean square.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public RMSProp(IEnumerable<ParamGroup> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8,
                double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
            {
                if (lr < 0) throw new ArgumentException($"Invalid learning rate: {lr}");
                if (eps < 0) throw new ArgumentException($"Invalid ε: {eps}");
                if (alpha < 0) throw new ArgumentException($"Invalid alpha: {alpha}");
                if (momentum < 0.0) throw new ArgumentException($"Invalid momentum value: {momentum}");
                if (weight_decay < 0.0) throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
                _defaults = new Options
                {
                    LearningRate = lr,
                    InitialLearningRate = lr,
                    maximize = maximize,
                    momentum = momentum,
                    alpha = alpha,
                    eps = eps,
                    weight_decay = weight_decay,
                    centered = centered,
                };
                foreach (var group in parameters) add_param_group(group);
            }

            /// <inheritdoc/>
            public double Momentum { get => ((Options)_defaults).momentum!.Value; set => ((Options)_defaults).momentum = value; }

            /// <inheritdoc/>
            public override void add_param_group(Modules.ParamGroup param_group)
                => Enrol<Options>(param_group, FillIn, parameter => new State(parameter));

            /// <inheritdoc/>
            public override Tensor step(Func<Tensor>? closure = null)
                => _step<ParamGroup>(group =>
                {
                    var options = group.Options;
                    var (alpha, momentum, rate) = (options.alpha!.Value, options.momentum!.Value, options.LearningRate!.Value);
                    foreach (var (parameter, one, grad) in Updates(group, options.maximize!.Value, options.weight_decay!.Value))
                    {
                        var state = (State)one;
                        state.step++;
                        ScaleInPlace.CallDropping(state.square_avg, alpha);
                        AddProductInPlace.CallDropping(state.square_avg, grad, grad, 1 - alpha);

                        Tensor root;
                        if (options.centered!.Value)
                        {
                            ScaleInPlace.CallDropping(state.grad_avg, alpha);
                            AddInPlace.CallDropping(state.grad_avg, grad, 1 - alpha);
                            root = AddProduct.Call(state.square_avg, state.grad_avg, state.grad_avg, -1);
                            SquareRootInPlace.CallDropping(root);
                        }
                        else
                        {
                            root = SquareRoot.Call(state.square_avg);
                        }
                        AddNumberInPlace.CallDropping(root, options.eps!.Value);

                        if (momentum > 0)
                        {
                            ScaleInPlace.CallDropping(state.momentum_buffer, momentum);
                            AddQuotientInPlace.CallDropping(state.momentum_buffer, grad, root);
                            AddInPlace.CallDropping(parameter, state.momentum_buffer, -rate);
                        }
                        else
                        {
                            AddQuotientInPlace.CallDropping(parameter, grad, root, -rate);
                        }
                    }
                }, closure);

            /// <inheritdoc/>
            protected override void Dispose(bool disposing)
            {
                base.Dispose(disposing);
                if (!disposing) return;
                foreach (var (_, state) in _state) ((State)state).Dispose();
                _state.Clear();
            }

            private static void FillIn(Options options, Options defaults)
            {
                options.maximize ??= defaults.maximize;
                options.momentum ??= defaults.momentum;
                options.alpha ??= defaults.alpha;
                options.eps ??= defaults.eps;
                options.weight_decay ??= defaults.weight_decay;
                options.centered ??= defaults.centered;
            }
        }
    }

    public static partial class torch
    {
        public static partial class optim
        {
            /// <summary>RMSprop (Hinton, 2012): steps divided by the root of a decaying mean of the gradient's square.</summary>
            /// <param name="parameters">What to train.</param>
            /// <param name="lr">The learning rate.</param>
            /// <param name="alpha">The decay rate of the mean square.</param>
            /// <param name="eps">Added to the denominator.</param>
            /// <param name="weight_decay">How much of the parameter is added to its gradient.</param>
            /// <param name="momentum">The share of the last direction that is kept.</param>
            /// <param name="centered">Whether to divide by the standard deviation instead of the mean square.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public static RMSProp RMSProp(IEnumerable<Parameter> parameters, double lr = 0.01, double alpha = 0.99, double eps = 1e-8,
                double weight_decay = 0, double momentum = 0, bool centered = false, bool maximize = false)
                => new(parameters, lr, alpha, eps, weight_decay, momentum, centered, maximize);

            /// <summary>RMSprop (Hinton, 2012): steps divided by the root of a decaying mean of the gradient's square.</summary>
            /// <param name="parameters">What to train, with names that do not matter.</param>
            /// <param name="lr">The learning rate.</param>
            /// <param name="alpha">The decay rate of the mean square.</param>
            /// <param name="eps">Added to the denominator.</param>
            /// <param name="weight_decay">How much of the parameter is added to its gradient.</param>
            /// <param name="momentum">The share of the last direction that is kept.</param>
            /// <param name="centered">Whether to divide by the standard deviation instead of the mean square.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public static RMSProp RMSProp(IEnumerable<(string name, Parameter parameter)> parameters, double lr = 0.01, double alpha = 0.99,
                double eps = 1e-8, double weight_decay = 0, double momentum = 0, bool centered = false, bool maximize = false)
                => new(parameters.Select(pair => pair.parameter), lr, alpha, eps, weight_decay, momentum, centered, maximize);

            /// <summary>RMSprop (Hinton, 2012): steps divided by the root of a decaying mean of the gradient's square.</summary>
            /// <param name="parameters">Groups, whose own settings go before those that follow.</param>
            /// <param name="lr">The learning rate.</param>
            /// <param name="alpha">The decay rate of the mean square.</param>
            /// <param name="eps">Added to the denominator.</param>
            /// <param name="weight_decay">How much of the parameter is added to its gradient.</param>
            /// <param name="momentum">The share of the last direction that is kept.</param>
            /// <param name="centered">Whether to divide by the standard deviation instead of the mean square.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public static RMSProp RMSProp(IEnumerable<RMSProp.ParamGroup> parameters, double lr = 0.01, double alpha = 0.99,
                double eps = 1e-8, double weight_decay = 0, double momentum = 0, bool centered = false, bool maximize = false)
                => new(parameters, lr, alpha, eps, weight_decay, momentum, centered, maximize);
        }
    }
}
