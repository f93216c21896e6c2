using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace EchoLstm.Tests.Data;

/// <summary>Properties for many random cases, the same ones in each run.</summary>
internal static class Property
{
    private const ulong Seed = 20;

    /// <summary>Checks 200 cases; a failure prints the smallest case found.</summary>
    internal static void Holds<T>(Gen<T> cases, Action<T> check) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(new Replay(new Rnd(Seed), FSharpOption<int>.None)),
            Prop.ForAll(cases.ToArbitrary(), check));

    /// <summary>Whole numbers of low to high, both included.</summary>
    internal static Gen<int> Between(int low, int high) => Gen.Choose(low, high);

    /// <summary>Finite floats of all sizes that data has.</summary>
    internal static Gen<float> Float() =>
        from digits in Gen.Choose(-9_999_999, 9_999_999)
        from exponent in Gen.Choose(-9, 3)
        select (float)(digits * Math.Pow(10, exponent));

    /// <summary>A series of this size.</summary>
    internal static Gen<float[,]> Series(int rows, int features) => Gen.Array2DOf(Float(), rows, features);
}
