#!/usr/bin/env bash
# TorchSharp's SummaryWriter: a file's first event is dated in ticks of .NET, the others in seconds since 1970, as they should be.
. "$(dirname "$0")/program.sh"
program TorchSharp@0.107.0 libtorch-cpu-linux-x64@2.10.0 <<'CS'
using TorchSharp;

var writer = torch.utils.tensorboard.SummaryWriter("log");
writer.add_scalar("loss", 1f, 1);
using var file = new BinaryReader(new MemoryStream(File.ReadAllBytes(Directory.GetFiles("log").Single())));
var dates = new List<double>();
while (file.BaseStream.Position < file.BaseStream.Length)
{
    // A record: its length, a checksum, the event, a checksum. An event begins with field 1, a double: its date.
    var length = file.ReadInt64();
    file.ReadInt32();
    var record = file.ReadBytes((int)length);
    file.ReadInt32();
    dates.Add(BitConverter.ToDouble(record, 1));
}
foreach (var date in dates) Console.WriteLine($"output    event dated {date:0}, as seconds about the year {1970 + date / 31_556_952:0}");
Finding.Expect(dates.Count == 2, "two events: the version of the format, and the scalar");
Finding.Expect(Math.Abs(dates[0] - DateTime.Now.Ticks) < 1e11,
    "the first is dated in ticks since the year 1: some 20 billion years ahead as seconds");
Finding.Expect(Math.Abs(dates[1] - DateTimeOffset.UtcNow.ToUnixTimeSeconds()) < 1e4, "the second in seconds since 1970");
CS
torch
dotnet out/finding.dll
