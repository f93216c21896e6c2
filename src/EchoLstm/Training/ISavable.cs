namespace EchoLstm.Training;

/// <summary>A model that can write itself to files.</summary>
internal interface ISavable
{
    /// <summary>Writes all that training needs to go on.</summary>
    void Save(string path);

    /// <summary>Writes the weights alone.</summary>
    void SaveWeights(string path);
}
