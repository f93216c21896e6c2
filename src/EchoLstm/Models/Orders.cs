namespace EchoLstm.Models;

internal static class Orders
{
    /// <summary>Fills places with 0, 1, 2, ... in a random order.</summary>
    internal static void Shuffle(long[] order, SeededRandom random)
    {
        for (var i = 0L; i < order.LongLength; i++)
        {
            order[i] = i;
        }
        random.Shuffle(order);
    }
}
