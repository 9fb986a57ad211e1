// `await using` needs this symbol, which Node has since 18.18. Imported first, so that classes find it.
(Symbol as { asyncDispose?: symbol }).asyncDispose ??= Symbol.for("Symbol.asyncDispose");

export {};
