using EchoLstm.Data;
using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests.Recipes;

/// <summary>Recipes for layers, losses and weights of one's own.</summary>
public class OwnPartRecipes() : PageProgram("docs/recipes.md")
{
    [Fact]
    public void A_layer_of_ones_own()
    {
        #region
        using var model = new SequentialModel(
            new Dense(32),
            torch.nn.LeakyReLU(0.2),                                   // any module that takes a tensor and gives one
            new Lstm(16, returnSequences: true),
            new TimeDistributed(new Scale(16)),                        // and your own; see below
            new Dense(1, Activation.Tanh)) { Seed = 1 };
        model.Build(5, 7);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(new float[40, 5, 7], new float[40, 5, 1], verbose: 0);
        Console.WriteLine(model.Engine);
        Console.WriteLine($"{model.Layers[3].CountParameters()} weights of Scale are trained");
        #endregion
    }

    #region
    /// <summary>Multiplies each feature by a weight.</summary>
    private sealed class Scale : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        private readonly TorchSharp.Modules.Parameter weight;

        public Scale(int features) : base(nameof(Scale))
        {
            weight = new(torch.ones(features));
            RegisterComponents();                                      // TorchSharp finds the fields: last in the constructor
        }

        public override torch.Tensor forward(torch.Tensor input) => input * weight;
    }
    #endregion

    [Fact]
    public void A_loss_and_a_metric_of_ones_own()
    {
        #region
        // Too little costs three times as much as too much. Means over features: one value a sample, or a sample and time step.
        var loss = Loss.Custom((y, output) => torch.maximum(3 * (y - output), output - y).mean([-1]), "asymmetric");
        var above = Metric.Custom((y, output) => output.ge(y).to(torch.float32).mean([-1]), "above");

        var random = new Random(1);
        var (x, y) = (new float[100, 3, 1], new float[100, 1]);
        for (var i = 0; i < 100; i++)
        {
            y[i, 0] = random.NextSingle();                             // noise: x tells nothing of it
        }
        using var model = new SequentialModel(new Lstm(4), new Dense(1)) { Seed = 1 };
        model.Compile(loss, new Adam(0.05), above);
        model.Fit(x, y, epochs: 200, batchSize: 100, verbose: 0);
        var share = model.Evaluate(x, y)["above"];
        Console.WriteLine($"about three quarters of the predictions are high enough: {share is > 0.7 and < 0.8}");
        #endregion
    }

    [Fact]
    public void The_Lstm_by_hand()
    {
        #region
        using var lstm = new Lstm(2) { Seed = 1 };
        using var x = torch.tensor(new[,] { { 0.3f, -0.7f, 0.5f }, { 1f, 0.2f, -0.4f } });    // two steps, three features
        using var output = lstm.call(x.unsqueeze(0));

        var weights = lstm.GetWeights();                               // (3, 8), (2, 8), (8): four parts of 2 units, i, f, c, o
        var (kernel, recurrent) = (torch.tensor((float[,])weights[0]), torch.tensor((float[,])weights[1]));
        var bias = torch.tensor((float[])weights[2]);
        var (h, c) = (torch.zeros(2), torch.zeros(2));
        for (var step = 0; step < 2; step++)
        {
            var parts = (x[step].matmul(kernel) + h.matmul(recurrent) + bias).chunk(4);
            c = (parts[1].sigmoid() * c) + (parts[0].sigmoid() * parts[2].tanh());    // forget * old + input * candidate
            h = parts[3].sigmoid() * c.tanh();                         // output gate
        }
        Console.WriteLine($"equal to six decimals: {(h - output).abs().max().item<float>() < 1e-6}");
        #endregion
    }

    [Fact]
    public void Weights_from_PyTorch()
    {
        #region
        using var theirs = torch.nn.LSTM(3, 4, batchFirst: true);
        var (inputs, states) = (theirs.get_parameter("weight_ih_l0")!, theirs.get_parameter("weight_hh_l0")!);
        var bias = theirs.get_parameter("bias_ih_l0")! + theirs.get_parameter("bias_hh_l0")!;

        using var lstm = new Lstm(4, returnSequences: true);
        lstm.Build(new Shape(null, null, 3));
        lstm.SetWeights([Matrix(inputs.t()), Matrix(states.t()), bias.data<float>().ToArray()]);    // transposed, one bias

        using var x = torch.rand(2, 5, 3);
        var difference = (lstm.call(x) - theirs.call(x).Item1).abs().max().item<float>();
        Console.WriteLine($"the same outputs: {difference < 1e-6}");

        static float[,] Matrix(torch.Tensor values) => (float[,])values.contiguous().data<float>().ToNDArray();
        #endregion
    }
}
