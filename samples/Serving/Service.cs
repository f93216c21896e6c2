using EchoLstm.Inference;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;

namespace EchoLstm.Serving;

/// <summary>The service: its parts, its routes.</summary>
internal static class Service
{
    internal static WebApplication Create(InferenceModel model, string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Configuration["urls"] ??= "http://127.0.0.1:5080";
        var limits = builder.Configuration.GetSection("Serving").Get<Limits>() ?? new Limits();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = limits.MaxBody);
        var services = builder.Services;
        services.AddSingleton(limits);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(_ => limits.Predictor(model));
        services.AddSingleton<StreamSessions>();
        services.AddHostedService(provider => provider.GetRequiredService<StreamSessions>());
        services.AddSingleton<ServingMeter>();
        services.AddProblemDetails();
        services.AddExceptionHandler<Refusals>();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // so that Refusals has the words
        services.AddHealthChecks().AddCheck<QueueCheck>("queue");
        // ASP.NET counts requests and times them itself: http.server.request.duration.
        services.AddOpenTelemetry().WithMetrics(metrics =>
            metrics.AddMeter("Microsoft.AspNetCore.Hosting", "EchoLstm.Inference", ServingMeter.Name).AddPrometheusExporter());

        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages(); // what ASP.NET refuses by itself, as ProblemDetails too
        app.MapHealthChecks("/health");
        app.MapPrometheusScrapingEndpoint();
        app.MapPost("/predict", PredictAsync);
        app.MapGet("/model", (BatchingPredictor predictor) => Info(predictor.Model));
        app.MapPut("/model", SwapAsync).WithMetadata(new RequestSizeLimitAttribute(limits.MaxModel));
        app.MapPost("/streams", (StreamSessions sessions) =>
        {
            var opened = sessions.Open();
            return Results.Created($"/streams/{opened.Id}", opened);
        });
        app.MapPost("/streams/{id}/steps", (string id, Input input, StreamSessions sessions) => sessions.Step(id, input));
        app.MapDelete("/streams/{id}", (string id, StreamSessions sessions) =>
        {
            sessions.Close(id);
            return Results.NoContent();
        });
        _ = app.Services.GetRequiredService<ServingMeter>();
        return app;
    }

    internal static T[] Required<T>(T[]? values, string name) =>
        values ?? throw new Refusal(400, $"The model reads {name}, and the request has none. Send {{\"{name}\": [...]}}.");

    private static async Task<Prediction> PredictAsync(
        Input input, BatchingPredictor predictor, Limits limits, CancellationToken cancellationToken)
    {
        if (input.Samples < 1 || input.Samples > limits.MaxSamples)
        {
            throw new Refusal(400, $"The request has {input.Samples} samples; expected 1 to {limits.MaxSamples}. Send more requests.");
        }
        var model = predictor.Model;
        if (limits.Batching && input.Samples == 1)
        {
            return new Prediction(model.ReadsIndices
                ? await predictor.PredictAsync(Required(input.Words, "words"), cancellationToken)
                : await predictor.PredictAsync(Required(input.X, "x"), cancellationToken));
        }
        return new Prediction(model.ReadsIndices
            ? Predict(model, Required(input.Words, "words"), input.Samples)
            : Predict(model, Required(input.X, "x"), input.Samples));
    }

    private static float[] Predict(InferenceModel model, float[] x, int samples)
    {
        var y = new float[model.OutputLength(samples, Steps(model, x.Length, samples))];
        model.Predict(x, y, samples);
        return y;
    }

    private static float[] Predict(InferenceModel model, int[] words, int samples)
    {
        var y = new float[model.OutputLength(samples, Steps(model, words.Length, samples))];
        model.Predict(words, y, samples);
        return y;
    }

    // Where the numbers do not fill the samples, Predict says so.
    private static int Steps(InferenceModel model, int numbers, int samples)
    {
        var features = model.InputShape.Skip(2).Aggregate(1L, (product, length) => product * (length ?? 1));
        return (int)Math.Max(1, numbers / samples / features);
    }

    // The new model answers whoever comes from now on; who waits or runs has the old one, and so have the streams that are open.
    private static async Task<ModelInfo> SwapAsync(HttpRequest request, BatchingPredictor predictor, ServingMeter meter)
    {
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, request.HttpContext.RequestAborted);
        bytes.Position = 0;
        var (model, now) = (InferenceModel.Load(bytes), Info(predictor.Model));
        if (Info(model) is var next && next with { Metadata = now.Metadata } != now)
        {
            throw new Refusal(409, $"The model here takes {now.InputShape} and gives {now.OutputShape}, the new one {next.InputShape} and "
                + $"{next.OutputShape}: its callers would be refused. Serve it at another address.");
        }
        predictor.Model = model;
        meter.CountSwap();
        return next;
    }

    private static ModelInfo Info(InferenceModel model) =>
        new($"{model.InputShape}", $"{model.OutputShape}", model.ReadsIndices, model.Metadata);

    private sealed class QueueCheck(BatchingPredictor predictor, Limits limits) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
            Task.FromResult(
                predictor.Waiting < limits.Capacity ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded("the queue is full"));
    }
}
