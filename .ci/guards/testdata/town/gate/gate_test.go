package gate

import "testing"

func TestPromise7_TheWatchmanIsThere(t *testing.T) {
	done := make(chan bool)
	Watch(nil, done)
	<-done
}
