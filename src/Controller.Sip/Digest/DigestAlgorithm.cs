namespace Controller.Sip.Digest;

/// <summary>RFC 7616 section 3.4, RFC 8760 section 2. Values may be stored: append only.</summary>
public enum DigestAlgorithm : byte
{
    /// <summary>An algorithm that is not ours: the challenge or the credentials are to be ignored.</summary>
    Unknown = 0,
    Md5 = 1,
    Sha256 = 2,
    Sha512256 = 3,
    Md5Sess = 4,
    Sha256Sess = 5,
    Sha512256Sess = 6,
}
