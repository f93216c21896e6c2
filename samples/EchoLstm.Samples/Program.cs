namespace EchoLstm.Samples;

/// <summary>The tutorials as one program. Its exit code is 1 where a run failed or the command line was wrong.</summary>
public static class Program
{
    public static int Main(string[] args)
    {
        try
        {
            if (args.Length > 0)
            {
                return CommandLine.Run(args);
            }
            // The parser would take longer to start than the three models take to learn.
            ThreeModels.All(new Settings());
            return 0;
        }
        catch (Exception failure)
        {
            Console.Error.WriteLine($"error: {failure.GetBaseException().Message}");
            return 1;
        }
    }
}
