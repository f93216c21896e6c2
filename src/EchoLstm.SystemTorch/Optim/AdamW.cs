using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using static torch;
        using static torch.optim;

        /// <summary>Adam whose weight decay bypasses the gradient (Loshchilov and Hutter, 2019).</summary>
        public partial class AdamW : OptimizerHelper, IBetas
        {
            /// <summary>Makes the optimiser over one group.</summary>
            /// <param name="parameters">What to train.</param>
            /// <param name="lr">The learning rate.</param>
            /// <param name="beta1">The decay rate of the gradient's mean.</param>
            /// <param name="beta2">The decay rate of the mean of its square.</param>
            /// <param name="eps">Added to the denominator.</param>
            /// <param name="weight_decay">The share of the parameter, times the learning rate, taken off at each step.</param>
            /// <param name="amsgrad">Whether to divide by the largest mean square so far.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public AdamW(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
                double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
            {
            }

            /// <summary>Makes the optimiser over several groups.</summary>
            /// <param name="parameters">Groups, whose own settings go before those that follow.</param>
            /// <param name="lr">The learning rate.</param>
            /// <param name="beta1">The decay rate of the gradient's mean.</param>
            /// <param name="beta2">The decay rate of the mean of its square.</param>
            /// <param name="eps">Added to the denominator.</param>
            /// <param name="weight_decay">The share of the parameter, times the learning rate, taken off at each step.</param>
            /// <param name="amsgrad">Whether to divide by the largest mean square so far.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public AdamW(IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
                double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            {
                if (lr < 0) throw new ArgumentException($"Invalid learning rate: {lr}");
                if (eps < 0) throw new ArgumentException($"Invalid ε: {eps}");
                if (beta1 is < 0 or >= 1.0) throw new ArgumentException($"Invalid beta1: {beta1}");
                if (beta2 is < 0 or >= 1.0) throw new ArgumentException($"Invalid beta2: {beta2}");
                if (weight_decay < 0.0) throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
                _defaults = new Options
                {
                    LearningRate = lr,
                    InitialLearningRate = lr,
                    beta1 = beta1,
                    beta2 = beta2,
                    weight_decay = weight_decay,
                    eps = eps,
                    amsgrad = amsgrad,
                    maximize = maximize,
                };
                foreach (var group in parameters) add_param_group(group);
            }

            /// <inheritdoc/>
            public (double, double) Betas
            {
                get => (((Options)_defaults).beta1!.Value, ((Options)_defaults).beta2!.Value);
                set => (((Options)_defaults).beta1, ((Options)_defaults).beta2) = value;
            }

            /// <inheritdoc/>
            public override void add_param_group(Modules.ParamGroup param_group)
                => Enrol<Options>(param_group, FillIn, parameter => new State(parameter));

            /// <inheritdoc/>
            public override Tensor step(Func<Tensor>? closure = null)
                => _step<ParamGroup>(group =>
                {
                    var options = group.Options;
                    var (beta1, beta2, rate) = (options.beta1!.Value, options.beta2!.Value, options.LearningRate!.Value);
                    foreach (var (parameter, one, grad) in Updates(group, options.maximize!.Value, 0))
                    {
                        var state = (State)one;
                        state.step++;
                        ScaleInPlace.CallDropping(parameter, 1 - rate * options.weight_decay!.Value);
                        StepByMoments(parameter, grad, state.exp_avg, state.exp_avg_sq, ref state.max_exp_avg_sq,
                            new(state.step, rate, beta1, beta2, options.eps!.Value, options.amsgrad!.Value));
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
                options.beta1 ??= defaults.beta1;
                options.beta2 ??= defaults.beta2;
                options.weight_decay ??= defaults.weight_decay;
                options.eps ??= defaults.eps;
                options.amsgrad ??= defaults.amsgrad;
                options.maximize ??= defaults.maximize;
            }
        }
    }

    public static partial class torch
    {
        public static partial class optim
        {
            /// <summary>Adam whose weight decay bypasses the gradient (Loshchilov and Hutter, 2019).</summary>
            /// <param name="parameters">What to train.</param>
            /// <param name="lr">The learning rate.</param>
            /// <param name="beta1">The decay rate of the gradient's mean.</param>
            /// <param name="beta2">The decay rate of the mean of its square.</param>
            /// <param name="eps">Added to the denominator.</param>
            /// <param name="weight_decay">The share of the parameter, times the learning rate, taken off at each step.</param>
            /// <param name="amsgrad">Whether to divide by the largest mean square so far.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public static AdamW AdamW(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
                double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                => new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            /// <summary>Adam whose weight decay bypasses the gradient (Loshchilov and Hutter, 2019).</summary>
            /// <param name="parameters">What to train, with names that do not matter.</param>
            /// <param name="lr">The learning rate.</param>
            /// <param name="beta1">The decay rate of the gradient's mean.</param>
            /// <param name="beta2">The decay rate of the mean of its square.</param>
            /// <param name="eps">Added to the denominator.</param>
            /// <param name="weight_decay">The share of the parameter, times the learning rate, taken off at each step.</param>
            /// <param name="amsgrad">Whether to divide by the largest mean square so far.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public static AdamW AdamW(IEnumerable<(string name, Parameter parameter)> parameters, double lr = 1e-3, double beta1 = 0.9,
                double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                => new(parameters.Select(pair => pair.parameter), lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            /// <summary>Adam whose weight decay bypasses the gradient (Loshchilov and Hutter, 2019).</summary>
            /// <param name="parameters">Groups, whose own settings go before those that follow.</param>
            /// <param name="lr">The learning rate.</param>
            /// <param name="beta1">The decay rate of the gradient's mean.</param>
            /// <param name="beta2">The decay rate of the mean of its square.</param>
            /// <param name="eps">Added to the denominator.</param>
            /// <param name="weight_decay">The share of the parameter, times the learning rate, taken off at each step.</param>
            /// <param name="amsgrad">Whether to divide by the largest mean square so far.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public static AdamW AdamW(IEnumerable<AdamW.ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
                double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                => new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);
        }
    }
}
