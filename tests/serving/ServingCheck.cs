// What tests/serving.sh expects of a service with 2 streams at most, idle for a second: dotnet run ServingCheck.cs -- <address> <model>
#:property PublishAot=false
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

using var client = new HttpClient { BaseAddress = new Uri(args[0]) };
var faults = new List<string>();
for (var i = 0; i < 100 && !await Answers(); i++)
{
    await Task.Delay(100);
}

var first = await Y(await Post("/predict", "{\"x\": [0.1, 0.2, 0.3, 0.4]}"));
await Expect("a prediction", await Post("/predict", "{\"x\": [0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.3, 0.4], \"samples\": 2}"), 200, $"{{\"y\":[{first},{first}]}}");
await Expect("another length", await Post("/predict", "{\"x\": [1, 2, 3]}"), 400, "which 3 numbers for 1 samples do not fill");
await Expect("an infinity", await Post("/predict", "{\"x\": [0, 1e39]}"), 400, "the model can take numbers alone");
await Expect("many samples", await Post("/predict", "{\"x\": [1, 2], \"samples\": 1000}"), 400, "expected 1 to 256");
await Expect("no numbers", await Post("/predict", "{}"), 400, "The model reads x, and the request has none.");
await Expect("no JSON", await Post("/predict", "{\"x\": [1, NaN]}"), 400, "invalid");
await Expect("a large body", await Post("/predict", $"{{\"x\": [{string.Join(',', new int[600_000])}]}}"), 413, "");

// A stream gives the numbers of the whole sequence, step by step.
var one = await Open();
var steps = new List<string>();
foreach (var x in new[] { "0.1, 0.2", "0.3, 0.4" })
{
    steps.Add(await Y(await Step(one, x)));
}
Check("the steps of a stream", string.Join(',', steps) == first, $"{string.Join(',', steps)}, not {first}");
await Expect("a bad step", await Step(one, "0.1"), 400, "expected 2 numbers for 1 sequences but received 1");
var two = await Open();
await Expect("one stream too many", await Post("/streams", ""), 503, "2 streams are open");
await Expect("a closed one", await client.DeleteAsync($"/streams/{two}"), 204, "");
await Expect("its step", await Step(two, "0.1, 0.2"), 404, "No stream");

// A swap: what is no model, or takes other shapes, changes nothing; the same model changes no number.
await Expect("no model", await client.PutAsync("/model", new StringContent("no model")), 400, "the stream is no safetensors file");
await Expect("a swap", await client.PutAsync("/model", new ByteArrayContent(await File.ReadAllBytesAsync(args[1]))), 200, "(None, None, 2)");
Check("a prediction after it", await Y(await Post("/predict", "{\"x\": [0.1, 0.2, 0.3, 0.4]}")) == first, "other numbers");
Check("the open stream after it", (await Step(one, "0.5, 0.6")).StatusCode == HttpStatusCode.OK, "it is gone");

await Task.Delay(2500);
await Expect("an idle stream", await Step(one, "0.1, 0.2"), 404, "nobody stepped it for long");
var metrics = await client.GetStringAsync("/metrics");
foreach (var name in new[] { "http_server_request_duration_seconds_bucket", "echolstm_batch_rows", "echolstm_serving_swaps", "echolstm_serving_streams" })
{
    Check("the metrics", metrics.Contains(name, StringComparison.Ordinal), $"no {name} in\n{metrics}");
}
foreach (var fault in faults)
{
    Console.Error.WriteLine(fault);
}
return faults.Count == 0 ? 0 : 1;

async Task<bool> Answers()
{
    try
    {
        return (await client.GetAsync("/health")).IsSuccessStatusCode;
    }
    catch (HttpRequestException)
    {
        return false;
    }
}

Task<HttpResponseMessage> Post(string path, string json) => client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

Task<HttpResponseMessage> Step(string id, string x) => Post($"/streams/{id}/steps", $"{{\"x\": [{x}]}}");

async Task<string> Open() => JsonDocument.Parse(await (await Post("/streams", "")).Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;

async Task<string> Y(HttpResponseMessage answer)
{
    var text = await answer.Content.ReadAsStringAsync();
    Check("an answer", answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {text}");
    return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement.GetProperty("y").GetRawText().Trim('[', ']') : "";
}

// A refusal is ProblemDetails with the words in its detail.
async Task Expect(string what, HttpResponseMessage answer, int status, string words)
{
    var text = await answer.Content.ReadAsStringAsync();
    var isRefusal = status >= 400;
    var detail = isRefusal && text.Contains("\"detail\"", StringComparison.Ordinal) ? JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString()! : text;
    Check(what, (int)answer.StatusCode == status && detail.Contains(words, StringComparison.Ordinal), $"{(int)answer.StatusCode} {text}");
    Check(what, !isRefusal || answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"it is {answer.Content.Headers.ContentType}");
}

void Check(string what, bool holds, string fault)
{
    if (!holds)
    {
        faults.Add($"{what}: {fault}");
    }
}
