using SQLitePCL;

namespace Controller.Cluster.Sqlite;

/// <summary>A prepared statement. Parameters count from 1, columns from 0.</summary>
internal sealed class Statement(Database database, sqlite3_stmt handle) : IDisposable
{
    public Statement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, parameter, 0) : raw.sqlite3_bind_blob(handle, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, string value)
    {
        Check(raw.sqlite3_bind_text(handle, parameter, value));
        return this;
    }

    /// <summary>True: there is a row to read.</summary>
    public bool Step()
    {
        int code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        Check(code);
        return false;
    }

    /// <summary>Runs to its end and makes it ready for the next time, also after a failure.</summary>
    public void Run()
    {
        int code = raw.sqlite3_step(handle);
        while (code == raw.SQLITE_ROW)
        {
            code = raw.sqlite3_step(handle);
        }

        if (code == raw.SQLITE_DONE)
        {
            _ = raw.sqlite3_reset(handle);
            return;
        }

        try
        {
            Check(code);
        }
        finally
        {
            _ = raw.sqlite3_reset(handle);
        }
    }

    /// <summary>The first column of the first row, null if there is none; ready for the next time.</summary>
    public long? RunForInteger()
    {
        try
        {
            return Step() ? Integer(0) : null;
        }
        finally
        {
            Reset();
        }
    }

    public void Reset() => _ = raw.sqlite3_reset(handle);

    public long Integer(int column) => raw.sqlite3_column_int64(handle, column);

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public void Dispose() => handle.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK && code != raw.SQLITE_DONE)
        {
            database.Check(code);
        }
    }
}
