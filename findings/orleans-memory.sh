#!/usr/bin/env bash
# Orleans: Memory<float> and ReadOnlyMemory<float> in a grain's state are empty once stored and read by the default serializer.
. "$(dirname "$0")/program.sh"
program Microsoft.Orleans.Server@10.4.2 <<'CS'
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Serialization;
using Orleans.Storage;

// No silo is started: these are the serializers that it would use, of storage and of calls.
using var host = new HostBuilder().UseOrleans(silo => silo.UseLocalhostClustering()).Build();
var storage = ActivatorUtilities.CreateInstance<JsonGrainStorageSerializer>(host.Services);
var calls = host.Services.GetRequiredService<Serializer>();
var state = new State { Array = [1, 2], Memory = new float[] { 1, 2 }, ReadOnly = new float[] { 1, 2 } };
var json = storage.Serialize(state);
Console.WriteLine($"output    {json}");
var (stored, sent) = (storage.Deserialize<State>(json), calls.Deserialize<State>(calls.SerializeToArray(state)));
Finding.Expect(stored.Array is [1, 2], "stored and read, the array has its two numbers");
Finding.Expect(stored.Memory.Length == 0 && stored.ReadOnly.Length == 0, "stored and read, both memories are empty, without an error");
Finding.Expect(sent.Memory.Span is [1, 2] && sent.ReadOnly.Span is [1, 2], "sent and received, they have their numbers");

[GenerateSerializer]
public class State
{
    [Id(0)] public float[] Array { get; set; } = [];
    [Id(1)] public Memory<float> Memory { get; set; }
    [Id(2)] public ReadOnlyMemory<float> ReadOnly { get; set; }
}
CS
dotnet out/finding.dll
