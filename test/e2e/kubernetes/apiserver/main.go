// The real etcd and the real kube-apiserver in one program: `apiserver etcd ...` and `apiserver kube-apiserver ...`.
//
// `go install k8s.io/kubernetes/cmd/kube-apiserver` is refused, because its go.mod replaces the staging modules by folders.
// The go.mod beside this file names those modules in the versions of the same release.
package main

import (
	"fmt"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: apiserver etcd|kube-apiserver ...")
		os.Exit(2)
	}
	program := os.Args[1]
	os.Args = append([]string{os.Args[0]}, os.Args[2:]...)
	switch program {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		os.Exit(cli.Run(app.NewAPIServerCommand()))
	default:
		os.Exit(2)
	}
}
