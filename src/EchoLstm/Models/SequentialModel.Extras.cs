using EchoLstm.Data;
using EchoLstm.Saving;

namespace EchoLstm.Models;

public sealed partial class SequentialModel
{
    /// <summary>
    /// Texts that <see cref="Save"/> writes into the model's file and <see cref="Load"/> gives back: where the data came from, units, a
    /// version, a licence.
    /// </summary>
    /// <remarks>
    /// The library reads none of it. Change it while no other thread saves the model. Of a model in a model, what the outer one has is
    /// saved.
    /// </remarks>
    public IDictionary<string, string> Metadata => Extras.Metadata;

    /// <summary>
    /// Fitted scalers by name, e.g. <c>x</c> and <c>y</c>, that travel in the model's file; the model applies none of them by itself.
    /// </summary>
    /// <remarks>Change it while no other thread saves the model.</remarks>
    public IDictionary<string, FeatureScaler> Scalers => Extras.Scalers;

    /// <summary>
    /// Lists of texts by name that travel in the model's file: class labels in the order of the outputs, words in the order of their
    /// indices.
    /// </summary>
    /// <remarks>Change it while no other thread saves the model.</remarks>
    public IDictionary<string, IReadOnlyList<string>> Vocabularies => Extras.Vocabularies;

    internal ModelExtras Extras { get; set; } = new();
}
