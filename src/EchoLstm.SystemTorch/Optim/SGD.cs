using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using static torch;
        using static torch.optim;

        /// <summary>Stochastic gradient descent, with momentum if wanted.</summary>
        public partial class SGD : OptimizerHelper, IMomentum
        {
            /// <summary>Makes the optimiser over one group.</summary>
            /// <param name="parameters">What to train.</param>
            /// <param name="lr">The learning rate.</param>
            /// <param name="momentum">The share of the last direction that is kept.</param>
            /// <param name="dampening">The share of the gradient that is left out of the momentum.</param>
            /// <param name="weight_decay">How much of the parameter is added to its gradient.</param>
            /// <param name="nesterov">Whether to look ahead by Nesterov's momentum.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public SGD(IEnumerable<Parameter> parameters, double lr, double momentum = 0.0, double dampening = 0, double weight_decay = 0,
                bool nesterov = false, bool maximize = false)
                : this([new ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize)
            {
            }

            /// <summary>Makes the optimiser over several groups.</summary>
            /// <param name="parameters">Groups, whose own settings go before those that follow.</param>
            /// <param name="lr">The learning rate.</param>
            /// <param name="momentum">The share of the last direction that is kept.</param>
            /// <param name="dampening">The share of the gradient that is left out of the momentum.</param>
            /// <param name="weight_decay">How much of the parameter is added to its gradient.</param>
            /// <param name="nesterov">Whether to look ahead by Nesterov's momentum.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public SGD(IEnumerable<ParamGroup> parameters, double lr, double momentum = 0.0, double dampening = 0, double weight_decay = 0,
                bool nesterov = false, bool maximize = false)
            {
                if (lr < 0.0) throw new ArgumentException($"Invalid learning rate: {lr}");
                if (momentum < 0.0) throw new ArgumentException($"Invalid momentum value: {momentum}");
                if (weight_decay < 0.0) throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
                if (nesterov && (momentum <= 0 || dampening != 0)) throw new ArgumentException("Nesterov momentum requires a momentum and zero dampening");
                _defaults = new Options
                {
                    LearningRate = lr,
                    InitialLearningRate = lr,
                    momentum = momentum,
                    dampening = dampening,
                    weight_decay = weight_decay,
                    nesterov = nesterov,
                    maximize = maximize,
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
                    var (momentum, rate) = (options.momentum!.Value, options.LearningRate!.Value);
                    foreach (var (parameter, one, grad) in Updates(group, false, options.weight_decay!.Value))
                    {
                        var direction = grad;
                        if (momentum != 0)
                        {
                            var state = (State)one;
                            if (state.momentum_buffer is null)
                            {
                                state.momentum_buffer = grad.clone().DetachFromDisposeScope();
                            }
                            else
                            {
                                ScaleInPlace.CallDropping(state.momentum_buffer, momentum);
                                AddInPlace.CallDropping(state.momentum_buffer, grad, 1 - options.dampening!.Value);
                            }
                            direction = options.nesterov!.Value ? AddTensor.Call(grad, state.momentum_buffer, momentum) : state.momentum_buffer;
                        }
                        AddInPlace.CallDropping(parameter, direction, options.maximize!.Value ? rate : -rate);
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
                options.momentum ??= defaults.momentum;
                options.dampening ??= defaults.dampening;
                options.weight_decay ??= defaults.weight_decay;
                options.nesterov ??= defaults.nesterov;
                options.maximize ??= defaults.maximize;
            }
        }
    }

    public static partial class torch
    {
        public static partial class optim
        {
            /// <summary>Stochastic gradient descent, with momentum if wanted.</summary>
            /// <param name="parameters">What to train.</param>
            /// <param name="learningRate">The learning rate.</param>
            /// <param name="momentum">The share of the last direction that is kept.</param>
            /// <param name="dampening">The share of the gradient that is left out of the momentum.</param>
            /// <param name="weight_decay">How much of the parameter is added to its gradient.</param>
            /// <param name="nesterov">Whether to look ahead by Nesterov's momentum.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public static SGD SGD(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0,
                double weight_decay = 0, bool nesterov = false, bool maximize = false)
                => new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            /// <summary>Stochastic gradient descent, with momentum if wanted.</summary>
            /// <param name="parameters">What to train, with names that do not matter.</param>
            /// <param name="learningRate">The learning rate.</param>
            /// <param name="momentum">The share of the last direction that is kept.</param>
            /// <param name="dampening">The share of the gradient that is left out of the momentum.</param>
            /// <param name="weight_decay">How much of the parameter is added to its gradient.</param>
            /// <param name="nesterov">Whether to look ahead by Nesterov's momentum.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public static SGD SGD(IEnumerable<(string name, Parameter parameter)> parameters, double learningRate, double momentum = 0,
                double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
                => new(parameters.Select(pair => pair.parameter), learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            /// <summary>Stochastic gradient descent, with momentum if wanted.</summary>
            /// <param name="parameters">Groups, whose own settings go before those that follow.</param>
            /// <param name="learningRate">The learning rate.</param>
            /// <param name="momentum">The share of the last direction that is kept.</param>
            /// <param name="dampening">The share of the gradient that is left out of the momentum.</param>
            /// <param name="weight_decay">How much of the parameter is added to its gradient.</param>
            /// <param name="nesterov">Whether to look ahead by Nesterov's momentum.</param>
            /// <param name="maximize">Whether to go up instead of down.</param>
            public static SGD SGD(IEnumerable<SGD.ParamGroup> parameters, double learningRate, double momentum = 0, double dampening = 0,
                double weight_decay = 0, bool nesterov = false, bool maximize = false)
                => new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);
        }
    }
}
