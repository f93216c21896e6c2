namespace EchoLstm.Tests.Engines.Fused;

/// <summary>The tests of buffers again with pages beside them that nobody may touch; in a child, since whoever touches one ends the process.</summary>
public sealed class GuardPageTests
{
    [Fact]
    public void No_kernel_touches_the_page_beside_a_buffer() =>
        ChildRun.Run(FencedMemoryTests.TaskOfChildren, $"FullyQualifiedName~{nameof(FencedMemoryTests)}").ShouldHavePassed(atLeast: 28);
}
