using EchoLstm.Data;

namespace EchoLstm.Tests.Models;

/// <summary>What is safe: one thread at a time for each model; two models on two threads; a model that goes from thread to thread.</summary>
public class SequentialModelThreadTests
{
    [Fact]
    public void Models_train_and_predict_on_threads_of_their_own_as_they_do_alone()
    {
        var alone = Enumerable.Range(0, 4).Select(Trained).ToList();
        var together = new double[4][];

        RunThreads(4, i => together[i] = Trained(i));

        together.Should().BeEquivalentTo(alone, options => options.WithStrictOrdering());
    }

    [Fact]
    public void A_model_may_be_trained_on_one_thread_used_on_another_and_disposed_on_a_third()
    {
        var model = EchoModels.ManyToMany(seed: 1);
        float[,,]? here = null, there = null;
        var x = EchoSequence.FrameManyToMany(EchoSequence.Linear(5)).X;

        RunThreads(1, _ => model.Fit(x, x, epochs: 5, verbose: 0));
        here = model.Predict<float[,,]>(x);
        RunThreads(1, _ => there = model.Predict<float[,,]>(x));
        RunThreads(1, _ => model.Dispose());

        there.Should().BeEquivalentTo(here);
    }

    [Fact]
    public void With_a_lock_threads_share_a_model()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        var x = EchoSequence.FrameManyToMany(EchoSequence.Linear(5)).X;
        var expected = model.Predict<float[,,]>(x).Values();
        var gate = new Lock();
        var predictions = new List<double[]>();

        RunThreads(4, _ =>
        {
            for (var i = 0; i < 25; i++)
            {
                lock (gate)
                {
                    predictions.Add(model.Predict<float[,,]>(x).Values());
                }
            }
        });

        predictions.Should().HaveCount(100).And.OnlyContain(values => values.SequenceEqual(expected));
    }

    private static double[] Trained(int seed)
    {
        using var model = EchoModels.ManyToMany(seed: seed);
        var x = EchoSequence.FrameManyToMany(EchoSequence.Linear(5)).X;
        var history = model.Fit(x, x, epochs: 50, verbose: 0);
        return [.. history.Loss, .. model.Predict<float[,,]>(x).Values()];
    }

    private static void RunThreads(int count, Action<int> action)
    {
        Exception? failure = null;
        var threads = Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            try
            {
                action(i);
            }
            catch (Exception error)
            {
                failure = error;
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        failure.Should().BeNull();
    }
}
