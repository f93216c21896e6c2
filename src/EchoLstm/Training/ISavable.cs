namespace EchoLstm.Training;

/// <summary>A model that can write itself to files.</summary>
internal interface ISavable
{
    /// <summary>Throws what <see cref="Save"/> would throw where a part is the user's own code, which no file can hold.</summary>
    void CheckSavable();

    /// <summary>Writes all that training needs to go on.</summary>
    void Save(string path);

    /// <summary>Writes the weights alone.</summary>
    void SaveWeights(string path);
}
