namespace EchoLstm.Tests.Pictures;

/// <summary>A test that needs a browser, and says so where there is none.</summary>
public sealed class ChromiumFactAttribute : FactAttribute
{
    /// <summary>Skips the test where no browser is on PATH.</summary>
    public ChromiumFactAttribute()
    {
        if (Chromium.Program is null)
        {
            Skip = "No Chromium or Chrome on PATH to look at the pictures with; on Debian: apt-get install chromium.";
        }
    }
}
