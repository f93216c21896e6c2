namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Sets the learning rates to the initial ones times a function of the epoch.</summary>
                public class LambdaLR : LRScheduler
                {
                    private readonly List<Func<int, double>> _lr_lambdas;

                    /// <summary>Makes the scheduler with one function for all groups.</summary>
                    /// <param name="optimizer">Whose learning rates to change.</param>
                    /// <param name="lr_lambda">The factor for an epoch.</param>
                    /// <param name="last_epoch">The epoch to go on from, -1 for the beginning.</param>
                    /// <param name="verbose">Whether to print each change.</param>
                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _lr_lambdas = _base_lrs.Select(_ => lr_lambda).ToList();
                        step();
                    }

                    /// <summary>Makes the scheduler with a function for each group.</summary>
                    /// <param name="optimizer">Whose learning rates to change.</param>
                    /// <param name="lr_lambdas">The factors for an epoch.</param>
                    /// <param name="last_epoch">The epoch to go on from, -1 for the beginning.</param>
                    /// <param name="verbose">Whether to print each change.</param>
                    public LambdaLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _lr_lambdas = lr_lambdas.ToList();
                        step();
                    }

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_lr() => _base_lrs.Select((rate, i) => rate * _lr_lambdas[i](_last_epoch));
                }
            }

            /// <summary>Sets the learning rates to the initial ones times a function of the epoch.</summary>
            /// <param name="optimizer">Whose learning rates to change.</param>
            /// <param name="lr_lambda">The factor for an epoch.</param>
            /// <param name="last_epoch">The epoch to go on from, -1 for the beginning.</param>
            /// <param name="verbose">Whether to print each change.</param>
            public static LRScheduler LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                => new impl.LambdaLR(optimizer, lr_lambda, last_epoch, verbose);
        }
    }
}
