using EchoLstm.Inference;
using Microsoft.AspNetCore.Diagnostics;

namespace EchoLstm.Serving;

/// <summary>A refusal that has a status of its own.</summary>
internal sealed class Refusal(int status, string message) : Exception(message)
{
    internal int Status { get; } = status;
}

/// <summary>Answers what the library refuses with the library's words, as ProblemDetails.</summary>
internal sealed class Refusals(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception error, CancellationToken cancellationToken)
    {
        if (error is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }
        int? status = error switch
        {
            Refusal refusal => refusal.Status,
            QueueFullException => StatusCodes.Status503ServiceUnavailable,
            BadHttpRequestException bad => bad.StatusCode,
            ArgumentException or InvalidDataException or NotSupportedException => StatusCodes.Status400BadRequest,
            _ => null,
        };
        if (status is null)
        {
            return false; // 500, without words
        }
        // What a body lacks is told by the exception inside.
        var detail = error.InnerException is { } inner ? $"{error.Message} {inner.Message}" : error.Message;
        context.Response.StatusCode = status.Value;
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "1";
        }
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = context,
            ProblemDetails = { Status = status, Detail = detail },
        });
    }
}
