using EchoLstm.Data;

namespace EchoLstm.Tests.Docs;

/// <summary>What docs/engines.md shows is compiled here, region by region, and is as it says.</summary>
public sealed class ThreadsPageTests
{
    [Fact]
    public void Predictions_on_many_threads_are_those_of_one()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        var inputs = Enumerable.Range(2, 4)
            .Select(divisor => EchoSequence.FrameManyToMany([.. EchoSequence.Linear(5).Select(value => value / divisor)]).X).ToArray();
        var predictions = new float[4][,,];
        #region
        Parallel.For(0, 4, i => predictions[i] = model.Predict<float[,,]>(inputs[i]));
        #endregion
        for (var i = 0; i < 4; i++)
        {
            predictions[i].Values().Should().Equal(model.Predict<float[,,]>(inputs[i]).Values());
        }
    }

    [Fact]
    public void Each_thread_has_a_stream()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        float[][] series = [.. Enumerable.Range(2, 4).Select(EchoSequence.Linear)];
        var last = new float[4];
        #region
        Parallel.For(0, 4, i =>
        {
            using var stream = model.OpenStream();
            foreach (var value in series[i])
            {
                last[i] = stream.Step([value])[0];
            }
        });
        #endregion
        last.Should().OnlyHaveUniqueItems();
        using var alone = model.OpenStream();
        series[3].Select(value => alone.Step([value])[0]).ToArray()[^1].Should().Be(last[3]);
    }

    [Fact]
    public void A_prediction_beside_a_fit_is_refused()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        var (x, y) = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));
        model.Fit(x, y, verbose: 0, callbacks: [new LambdaCallback(onBatchEnd: _ =>
            Threads.Elsewhere(Predict).Should().BeOfType<InvalidOperationException>()
                .Which.Message.Should().StartWith("Predict can't run while Fit runs on the same model on another thread. "))]);

        void Predict()
        {
        #region
        model.Predict(x);    // while another thread is in Fit: "Predict can't run while Fit runs on the same model on another thread. ..."
        #endregion
        }
    }

    [Fact]
    public void A_second_model_serves_while_the_first_is_trained()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        using var serving = EchoModels.ManyToMany(seed: 2);
        var (x, y) = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));
        #region
        model.Fit(x, y, epochs: 3, verbose: 0, callbacks: [new LambdaCallback(onEpochEnd: _ => serving.SetWeights(model.GetWeights()))]);
        #endregion
        serving.Predict<float[,,]>(x).Values().Should().Equal(model.Predict<float[,,]>(x).Values());
    }

    [Fact]
    public void A_stream_does_not_outlive_its_model()
    {
        var model = EchoModels.ManyToMany(seed: 1);
        using var stream = model.OpenStream();
        Assert.Throws<ObjectDisposedException>(Step).ObjectName.Should().EndWith(nameof(SequentialModel));

        void Step()
        {
        #region
        model.Dispose();
        stream.Step([1]);    // ObjectDisposedException: the stream's model is gone
        #endregion
        }
    }
}
