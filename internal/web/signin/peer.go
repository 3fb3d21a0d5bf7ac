package signin

import (
	"context"
	"net"
)

type peerKey struct{}

// Peer is an http.Server.ConnContext that notes the unix user at the other end of a
// unix socket. On other connections and other systems it notes nothing.
func Peer(ctx context.Context, c net.Conn) context.Context {
	uid, ok := peerUID(c)
	if !ok {
		return ctx
	}
	return context.WithValue(ctx, peerKey{}, uid)
}

// PeerUID returns what [Peer] noted.
func PeerUID(ctx context.Context) (uid int, ok bool) {
	uid, ok = ctx.Value(peerKey{}).(int)
	return uid, ok
}
