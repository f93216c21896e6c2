using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Drawing random numbers into a tensor, or by the probabilities in it.
    public partial class Tensor
    {
        private static readonly Operator BernoulliOp = Operator.Find("aten::bernoulli");
        private static readonly Operator MultinomialOp = Operator.Find("aten::multinomial");
        private static readonly Operator BernoulliFloatInPlaceOp = Operator.Find("aten::bernoulli_", "float");
        private static readonly Operator BernoulliTensorInPlaceOp = Operator.Find("aten::bernoulli_", "Tensor");
        private static readonly Operator ExponentialInPlaceOp = Operator.Find("aten::exponential_");
        private static readonly Operator NormalInPlaceOp = Operator.Find("aten::normal_");
        private static readonly Operator RandomFromInPlaceOp = Operator.Find("aten::random_", "from");
        private static readonly Operator UniformInPlaceOp = Operator.Find("aten::uniform_");
        private static readonly Operator RandLikeOp = Operator.Find("aten::rand_like");
        private static readonly Operator RandnLikeOp = Operator.Find("aten::randn_like");
        private static readonly Operator RandintLikeLowDtypeOp = Operator.Find("aten::randint_like", "low_dtype");

        /// <summary>Draws 0 or 1, each with its element as the probability of 1.</summary>
        public Tensor bernoulli(Generator? generator = null) => BernoulliOp.Call(this, generator);

        /// <summary>Draws indices with the elements as weights.</summary>
        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null)
            => MultinomialOp.Call(this, num_samples, replacement, generator);

        /// <summary>Fills with 0 and 1; <c>p</c> is the probability of 1.</summary>
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null)
        {
            BernoulliFloatInPlaceOp.CallDropping(this, p, generator);
            return this;
        }

        /// <summary>Fills with 0 and 1; <c>p</c> holds the probabilities of 1.</summary>
        public Tensor bernoulli_(Tensor p, Generator? generator = null)
        {
            BernoulliTensorInPlaceOp.CallDropping(this, p, generator);
            return this;
        }

        /// <summary>Fills from an exponential distribution.</summary>
        public Tensor exponential_(double lambda = 1.0, Generator? generator = null)
        {
            ExponentialInPlaceOp.CallDropping(this, lambda, generator);
            return this;
        }

        /// <summary>Fills from a normal distribution.</summary>
        public Tensor normal_(double mean = 0.0, double std = 1.0, Generator? generator = null)
        {
            NormalInPlaceOp.CallDropping(this, mean, std, generator);
            return this;
        }

        /// <summary>Fills with whole numbers from <c>from</c> up to, not including, <c>to</c>.</summary>
        public Tensor random_(double from, double to, Generator? generator = null)
        {
            RandomFromInPlaceOp.CallDropping(this, (long)from, (long)to, generator);
            return this;
        }

        /// <summary>Fills evenly from <c>from</c> up to, not including, <c>to</c>.</summary>
        public Tensor uniform_(double from, double to, Generator? generator = null)
        {
            UniformInPlaceOp.CallDropping(this, from, to, generator);
            return this;
        }

        /// <summary>Evenly distributed numbers from 0 up to 1, in the shape of this tensor.</summary>
        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => Factory.Finish(RandLikeOp.Call(this, dtype ?? this.dtype, Argument.None, device ?? this.device), requires_grad);

        /// <summary>Normally distributed numbers, in the shape of this tensor.</summary>
        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => Factory.Finish(RandnLikeOp.Call(this, dtype ?? this.dtype, Argument.None, device ?? this.device), requires_grad);

        /// <summary>Whole numbers from <c>low</c> up to, not including, <c>high</c>, in the shape of this tensor.</summary>
        public Tensor randint_like(long low, long high, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => Factory.Finish(RandintLikeLowDtypeOp.Call(this, low, high, dtype ?? this.dtype, Argument.None, device ?? this.device), requires_grad);
    }
}
