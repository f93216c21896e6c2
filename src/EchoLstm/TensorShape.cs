namespace EchoLstm;

/// <summary>The shapes of tensors.</summary>
public static class TensorShape
{
    extension(Shape)
    {
        /// <summary>The shape of a tensor.</summary>
        /// <param name="tensor">The tensor.</param>
        /// <returns>Its shape; every axis is known.</returns>
        /// <exception cref="ArgumentException">The tensor is disposed.</exception>
        public static Shape Of(torch.Tensor tensor)
        {
            ArgumentNullException.ThrowIfNull(tensor);
            TensorCheck.Alive(tensor, nameof(tensor));
            return Shape.Known(tensor.shape);
        }
    }
}
