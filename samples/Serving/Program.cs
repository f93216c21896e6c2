using EchoLstm.Inference;
using EchoLstm.Serving;

// serving MODEL [--Serving:MaxRows 32 ...]: the service. serving load MODEL [...]: how many requests it answers.
if (args is not [_, ..] || (args is ["load", ..] && args.Length < 2))
{
    Console.Error.WriteLine("usage: serving MODEL.safetensors [--urls http://127.0.0.1:5080] [--Serving:MaxRows 32 ...]");
    Console.Error.WriteLine("       serving load MODEL.safetensors [--seconds 5] [--clients 64] [--steps 24] [--Serving:MaxRows 32 ...]");
    return 2;
}
try
{
    if (args is ["load", var path, .. var settings])
    {
        return await LoadTest.RunAsync(path, settings);
    }
    using var model = InferenceModel.Load(args[0]);
    await using var app = Service.Create(model, args[1..]);
    await app.RunAsync();
    return 0;
}
catch (Exception error) when (error is IOException or InvalidDataException or NotSupportedException or ArgumentException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
