package domainverification

import "time"

func init() { pause = func(int) time.Duration { return 20 * time.Millisecond } }
