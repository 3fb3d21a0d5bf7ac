// Package record reads the clock in a transition.
package record

import "time"

func Expired(until time.Time) bool { return time.Until(until) < 0 } // want clock
