using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Decompositions, norms and solutions of linear systems.</summary>
    public static class linalg
    {
        private static readonly Operator LinalgDetOp = Operator.Find("aten::linalg_det");
        private static readonly Operator LinalgInvOp = Operator.Find("aten::linalg_inv");
        private static readonly Operator LinalgSolveOp = Operator.Find("aten::linalg_solve");
        private static readonly Operator LinalgQrOp = Operator.Find("aten::linalg_qr");
        private static readonly Operator LinalgSvdOp = Operator.Find("aten::linalg_svd");
        private static readonly Operator LinalgSvdvalsOp = Operator.Find("aten::linalg_svdvals");
        private static readonly Operator LinalgNormOrdStrOp = Operator.Find("aten::linalg_norm", "ord_str");
        private static readonly Operator LinalgNormOp = Operator.Find("aten::linalg_norm");
        private static readonly Operator LinalgVectorNormOp = Operator.Find("aten::linalg_vector_norm");

        /// <summary>Determinant of a square matrix.</summary>
        public static Tensor det(Tensor input) => LinalgDetOp.Call(input);

        /// <summary>Inverse of a square matrix; throws where there is none.</summary>
        public static Tensor inv(Tensor input) => LinalgInvOp.Call(input);

        /// <summary>Solves <c>A X = B</c>, or <c>X A = B</c> if not <c>left</c>.</summary>
        public static Tensor solve(Tensor A, Tensor B, bool left = true) => LinalgSolveOp.Call(A, B, left);

        /// <summary>Orthogonal matrix Q and upper triangular R with <c>Q R = input</c>.</summary>
        public static (Tensor Q, Tensor R) qr(Tensor input, QRMode mode = QRMode.Reduced)
        {
            var parts = LinalgQrOp.CallMany(input, mode switch
            {
                QRMode.Reduced => "reduced",
                QRMode.Complete => "complete",
                _ => "r",
            });
            return (parts[0], parts[1]);
        }

        /// <summary>Which part of a QR decomposition is wanted.</summary>
        public enum QRMode
        {
            /// <summary>Q with as many columns as the smaller dimension.</summary>
            Reduced = 0,

            /// <summary>A square Q.</summary>
            Complete = 1,

            /// <summary>R alone; Q is empty.</summary>
            R = 2,
        }

        /// <summary>Singular value decomposition <c>U diag(S) Vh = input</c>.</summary>
        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true)
        {
            var parts = LinalgSvdOp.CallMany(input, fullMatrices);
            return (parts[0], parts[1], parts[2]);
        }

        /// <summary>Singular values, largest first.</summary>
        public static Tensor svdvals(Tensor input) => LinalgSvdvalsOp.Call(input);

        /// <summary>Norm of that name, such as <c>"fro"</c> or <c>"nuc"</c>.</summary>
        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false)
            => LinalgNormOrdStrOp.Call(input, ord, dims, keepdim);

        /// <summary>Vector norm of order <c>ord</c> over one dimension, matrix norm over two.</summary>
        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false)
            => LinalgNormOp.Call(input, (Scalar)ord, dims, keepdim);

        /// <summary>Vector norm of order <c>ord</c> over one dimension, matrix norm over two.</summary>
        public static Tensor norm(Tensor input, int ord, long[]? dims = null, bool keepdim = false)
            => LinalgNormOp.Call(input, (Scalar)ord, dims, keepdim);

        /// <summary>Euclidean norm, over all elements or the given dimensions.</summary>
        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false)
            => LinalgNormOp.Call(input, Argument.None, dims, keepdim);

        /// <summary>Vector norm, over all elements or the given dimensions.</summary>
        public static Tensor vector_norm(Tensor input, double ord = 2d, long[]? dims = null, bool keepdim = false)
            => LinalgVectorNormOp.Call(input, (Scalar)ord, dims, keepdim);
    }
}
