package wechat

import "net/http"

func (p *Platform) phoneRoutes() http.Handler { return http.NewServeMux() }
