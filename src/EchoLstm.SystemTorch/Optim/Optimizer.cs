using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Optimisers: what moves parameters along their gradients.</summary>
    public static partial class optim
    {
        /// <summary>The base of all optimisers.</summary>
        public abstract partial class Optimizer : IDisposable
        {
            /// <summary>The groups of parameters, each with its own settings.</summary>
            protected IList<ParamGroup> _parameter_groups = [];

            private protected Optimizer() { }

            /// <summary>Gives a derived class the chance to release what it holds.</summary>
            ~Optimizer() => Dispose(false);

            /// <summary>The groups of parameters, to read and change their learning rates.</summary>
            public virtual IEnumerable<ILearningRateController> ParamGroups => _parameter_groups;

            /// <summary>Releases the optimiser's state; the parameters stay.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>The dispose pattern's overridable half.</summary>
            /// <param name="disposing">False when the finaliser calls.</param>
            protected virtual void Dispose(bool disposing) { }

            /// <summary>Fills the gradients of all parameters with zeros.</summary>
            public virtual void zero_grad()
            {
                foreach (var parameter in parameters())
                {
                    using var grad = parameter.grad;
                    grad?.zero_();
                }
            }

            /// <summary>Adds a group of parameters.</summary>
            /// <param name="param_group">The group.</param>
            public virtual void add_param_group(ParamGroup param_group) => _parameter_groups.Add(param_group);

            /// <summary>Moves the parameters once; every optimiser overrides it.</summary>
            /// <param name="closure">Computes the loss and its gradients anew, or null when the gradients are there.</param>
            /// <returns>The closure's loss; null without a closure.</returns>
            public virtual Tensor step(Func<Tensor>? closure = null)
                => throw new InvalidOperationException($"{GetType().Name} has no update rule: it does not override step.");

            /// <summary>The parameters of all groups.</summary>
            public virtual IEnumerable<Parameter> parameters() => _parameter_groups.SelectMany(group => group.Parameters);

            /// <summary>What an optimiser would save: settings by group, state by parameter.</summary>
            public class StateDictionary
            {
                internal StateDictionary() { }

                /// <summary>The settings of each group.</summary>
                public List<OptimizerOptions> Options { get; private set; } = [];

                /// <summary>The state of each parameter, group after group.</summary>
                public List<OptimizerState> State { get; private set; } = [];

                /// <summary>For each group, where its parameters are in <see cref="State"/>.</summary>
                public List<List<int>> StateIndexRef { get; private set; } = [];
            }
        }

        /// <summary>Something whose learning rate can be changed.</summary>
        public interface ILearningRateController
        {
            /// <summary>The learning rate of the next step.</summary>
            double LearningRate { set; get; }

            /// <summary>The learning rate at the beginning.</summary>
            double InitialLearningRate { set; get; }
        }

        /// <summary>Something with a momentum.</summary>
        public interface IMomentum
        {
            /// <summary>The share of the last direction that is kept.</summary>
            double Momentum { get; set; }
        }

        /// <summary>Something with the two decay rates of Adam.</summary>
        public interface IBetas
        {
            /// <summary>The decay rates of the gradient's mean and of its square's.</summary>
            (double, double) Betas { get; set; }
        }
    }
}
