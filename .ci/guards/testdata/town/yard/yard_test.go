package yard

import "testing"

func TestPromise8_Unfinished(t *testing.T) { undone(t) }
