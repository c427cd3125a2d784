using Controller.Host.Console;

return await CommandLine.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
