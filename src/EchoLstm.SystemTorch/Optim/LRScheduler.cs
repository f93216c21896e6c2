namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Changes learning rates from epoch to epoch.</summary>
        public static partial class lr_scheduler
        {
            /// <summary>The base of all schedulers. The constructor of a scheduler takes its first step.</summary>
            public abstract class LRScheduler
            {
                /// <summary>The number of steps taken.</summary>
                protected int _step_count;

                internal Optimizer _optimizer = null!;
                internal int _last_epoch = -1;
                internal bool _verbose;
                internal IList<double> _last_lrs = [];
                internal IList<double> _base_lrs = [];

                /// <summary>Makes a scheduler of nothing.</summary>
                protected LRScheduler() { }

                /// <summary>Makes a scheduler.</summary>
                /// <param name="optimizer">Whose learning rates to change.</param>
                /// <param name="last_epoch">The epoch to go on from, -1 for the beginning.</param>
                /// <param name="verbose">Whether to print each change.</param>
                protected LRScheduler(Optimizer optimizer, int last_epoch = -1, bool verbose = false)
                {
                    ArgumentNullException.ThrowIfNull(optimizer);
                    (_optimizer, _last_epoch, _verbose) = (optimizer, last_epoch, verbose);
                    _base_lrs = optimizer.ParamGroups.Select(group => group.InitialLearningRate).ToList();
                    _last_lrs = optimizer.ParamGroups.Select(group => group.LearningRate).ToList();
                }

                /// <summary>Goes to the next epoch.</summary>
                public virtual void step() => step(null);

                /// <summary>Goes to an epoch.</summary>
                /// <param name="epoch">Its number, or null for the next.</param>
                public virtual void step(int? epoch)
                {
                    _step_count++;
                    _last_epoch = epoch ?? _last_epoch + 1;
                    // Some rules build on the current rates: they are asked once a step.
                    var rates = (epoch is null ? get_lr() : get_closed_form_lr()).ToList();
                    foreach (var (group, i) in _optimizer.ParamGroups.Take(_base_lrs.Count).Select((group, i) => (group, i)).ToList())
                    {
                        group.LearningRate = rates[i];
                        if (_verbose && _last_lrs[i] != rates[i]) Console.WriteLine($"Adjusting learning rate to {rates[i]}");
                        _last_lrs[i] = rates[i];
                    }
                }

                /// <summary>Goes to an epoch; only some schedulers look at the metric.</summary>
                /// <param name="current">The metric.</param>
                /// <param name="epoch">The epoch's number, or null for the next.</param>
                public virtual void step(double current, int? epoch = null) => step(epoch);

                /// <summary>The learning rates that follow from the current ones.</summary>
                protected virtual IEnumerable<double> get_lr() => _optimizer.ParamGroups.Select(group => group.LearningRate);

                /// <summary>The learning rates that follow from the initial ones.</summary>
                protected virtual IEnumerable<double> get_closed_form_lr() => get_lr();

                /// <summary>The learning rates that the last step set.</summary>
                public IEnumerable<double> get_last_lr() => _last_lrs;
            }
        }
    }
}
