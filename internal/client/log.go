package client

import "context"

// Logger is what the client logs to. Keys and values alternate. What it is given is free of secrets.
type Logger interface {
	Debug(ctx context.Context, msg string, keysAndValues ...any)
	Info(ctx context.Context, msg string, keysAndValues ...any)
	Warn(ctx context.Context, msg string, keysAndValues ...any)
}

// Keys under which the client logs what is not masked like any text.
const (
	logOperation = "operation"
	logMethod    = "method"
	logRequestID = "request_id"
	logPerSecond = "requests_per_second"
)

type silence struct{}

func (silence) Debug(context.Context, string, ...any) {}
func (silence) Info(context.Context, string, ...any)  {}
func (silence) Warn(context.Context, string, ...any)  {}

// maskedLogger is the only way from the client to a Logger, so that no line can forget to mask.
type maskedLogger struct {
	out  Logger
	mask *redactor
}

func (l maskedLogger) Debug(ctx context.Context, msg string, keysAndValues ...any) {
	l.out.Debug(ctx, msg, l.masked(keysAndValues)...)
}

func (l maskedLogger) Info(ctx context.Context, msg string, keysAndValues ...any) {
	l.out.Info(ctx, msg, l.masked(keysAndValues)...)
}

func (l maskedLogger) Warn(ctx context.Context, msg string, keysAndValues ...any) {
	l.out.Warn(ctx, msg, l.masked(keysAndValues)...)
}

func (l maskedLogger) masked(values []any) []any {
	for i, v := range values {
		switch v := v.(type) {
		case string:
			values[i] = l.maskedText(values, i, v)
		case error:
			values[i] = l.mask.text(v.Error())
		}
	}
	return values
}

// maskedText is the text at a place among keys and values.
func (l maskedLogger) maskedText(values []any, i int, text string) string {
	if i%2 == 0 {
		return text // a key
	}
	switch values[i-1] {
	case logOperation, logMethod:
		return text // words of the contract
	case logRequestID:
		return l.mask.id(text)
	default:
		return l.mask.text(text)
	}
}
