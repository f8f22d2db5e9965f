/**
 * Limits of 1391 instance types, made by `scripts/build-instance-limits.ts`; do not edit by hand.
 *
 * Sources, all Apache-2.0: interfaces and addresses on the default network card, hypervisor and bare metal from
 * aws/amazon-vpc-cni-k8s `pkg/vpc/vpc_ip_resource_limit.go` (b52188387f2e, 2026-08-20); branch interfaces from
 * aws/karpenter-provider-aws `zz_generated.vpclimits.go` (1d927085dd81), else from
 * aws/amazon-vpc-resource-controller-k8s `pkg/aws/vpc/limits.go` (b8d425119bdb).
 */

/** `<interfaces>x<IPv4 addresses each> <hypervisor> <metal|virtual> <network cards> <branch interfaces, ? unknown>` */
export const PROFILES = `10x30 nitro virtual 1 112
10x30 nitro virtual 1 52
10x40 nitro virtual 1 82
10x50 nitro virtual 1 52
10x50 nitro virtual 1 82
10x50 nitro virtual 2 102
10x50 nitro virtual 4 82
10x64 nitro virtual 1 120
10x64 nitro virtual 1 82
10x64 nitro virtual 2 120
10x64 nitro virtual 4 120
11x30 nitro virtual 1 111
12x30 nitro virtual 1 50
12x50 nitro virtual 1 110
12x50 nitro virtual 1 50
12x50 nitro virtual 2 98
12x50 unknown metal 2 98
12x64 nitro virtual 1 110
12x64 nitro virtual 2 98
12x64 unknown metal 2 98
15x30 nitro virtual 1 105
15x50 nitro metal 1 107
15x50 nitro virtual 1 0
15x50 nitro virtual 1 107
15x50 nitro virtual 1 120
15x50 nitro virtual 4 62
15x50 unknown metal 1 107
15x50 unknown metal 1 120
15x50 unknown metal 1 ?
15x50 xen virtual 1 0
16x50 nitro virtual 1 106
16x50 unknown metal 1 106
16x64 nitro virtual 1 106
16x64 unknown metal 1 106
1x50 nitro virtual 2 ?
24x50 nitro virtual 1 98
24x50 unknown metal 1 98
24x64 nitro virtual 1 98
24x64 unknown metal 1 98
2x10 nitro virtual 1 10
2x10 xen virtual 1 0
2x15 nitro virtual 1 ?
2x2 nitro virtual 1 0
2x2 xen virtual 1 0
2x20 nitro virtual 1 4
2x4 nitro virtual 1 0
2x4 nitro virtual 1 10
2x4 nitro virtual 1 12
2x4 nitro virtual 1 4
2x4 xen virtual 1 0
2x50 nitro virtual 1 ?
2x50 nitro virtual 16 ?
2x50 nitro virtual 2 ?
2x50 nitro virtual 32 120
2x6 xen virtual 1 0
3x10 nitro virtual 1 11
3x10 nitro virtual 1 13
3x10 nitro virtual 1 19
3x10 nitro virtual 1 3
3x10 nitro virtual 1 39
3x10 nitro virtual 1 5
3x10 nitro virtual 1 59
3x10 nitro virtual 1 9
3x10 xen virtual 1 0
3x12 nitro virtual 1 0
3x12 xen virtual 1 0
3x15 xen virtual 1 0
3x20 nitro virtual 1 119
3x20 nitro virtual 1 3
3x20 nitro virtual 1 9
3x30 nitro virtual 1 119
3x4 nitro virtual 1 0
3x4 nitro virtual 1 3
3x4 xen virtual 1 0
3x6 nitro virtual 1 0
3x6 xen virtual 1 0
4x10 nitro virtual 1 118
4x10 nitro virtual 1 38
4x15 nitro virtual 1 0
4x15 nitro virtual 1 10
4x15 nitro virtual 1 11
4x15 nitro virtual 1 118
4x15 nitro virtual 1 12
4x15 nitro virtual 1 17
4x15 nitro virtual 1 18
4x15 nitro virtual 1 26
4x15 nitro virtual 1 27
4x15 nitro virtual 1 28
4x15 nitro virtual 1 29
4x15 nitro virtual 1 38
4x15 nitro virtual 1 4
4x15 nitro virtual 1 58
4x15 nitro virtual 1 6
4x15 nitro virtual 1 62
4x15 nitro virtual 1 8
4x15 xen virtual 1 0
4x20 nitro virtual 1 118
4x20 nitro virtual 1 18
4x20 nitro virtual 1 8
4x3 nitro virtual 1 24
4x3 nitro virtual 1 42
4x30 nitro virtual 1 18
4x30 nitro virtual 1 38
4x30 nitro virtual 1 58
4x30 nitro virtual 1 8
4x30 xen virtual 1 0
4x40 nitro virtual 1 38
4x5 nitro virtual 1 58
4x5 nitro virtual 1 92
4x50 nitro virtual 1 118
4x50 nitro virtual 16 120
4x50 nitro virtual 17 120
4x50 nitro virtual 8 120
4x64 nitro virtual 1 120
4x64 nitro virtual 1 38
5x30 unknown metal 1 ?
5x50 nitro virtual 16 120
5x50 nitro virtual 8 82
6x30 nitro virtual 1 25
7x50 nitro virtual 1 115
8x30 nitro virtual 1 112
8x30 nitro virtual 1 114
8x30 nitro virtual 1 34
8x30 nitro virtual 1 52
8x30 nitro virtual 1 54
8x30 nitro virtual 1 6
8x30 nitro virtual 1 84
8x30 nitro virtual 1 92
8x30 unknown metal 1 54
8x30 unknown metal 1 6
8x30 unknown virtual 1 ?
8x30 xen virtual 1 0
8x40 nitro virtual 1 34
8x40 nitro virtual 1 54
8x50 nitro virtual 1 34
8x50 nitro virtual 1 54
8x50 nitro virtual 1 84
8x50 nitro virtual 2 106
8x50 unknown metal 2 106
8x50 xen virtual 1 0
8x64 nitro virtual 1 120
8x64 nitro virtual 1 54`;

/** `<families>: <size>=<position of its profile, in base 36> ...` */
export const FAMILIES = `a1: 2xlarge=2h 4xlarge=3g large=1q medium=1a metal=3k xlarge=2c
bmn-sf1,u-18tb1,u-24tb1: metal=s
c1: medium=1i xlarge=2n
c3,c4,r3: 2xlarge=2n 4xlarge=3n 8xlarge=3n large=1r xlarge=2n
c5,c5d: 12xlarge=3g 18xlarge=n 24xlarge=n 2xlarge=2h 4xlarge=3g 9xlarge=3g large=1q metal=q xlarge=2c
c5a,c5ad: 12xlarge=3g 16xlarge=n 24xlarge=n 2xlarge=2h 4xlarge=3g 8xlarge=3g large=1q metal=s xlarge=2c
c5n: 18xlarge=n 2xlarge=2h 4xlarge=3g 9xlarge=3g large=1q metal=q xlarge=2c
c6a,m6a,r6a: 12xlarge=3d 16xlarge=n 24xlarge=n 2xlarge=2h 32xlarge=n 48xlarge=n 4xlarge=3g 8xlarge=3i large=1q metal=q xlarge=2c
c6g,c6gd,c7gd,c7gn,m6g,m6gd,m7g,m7gd,r6g,r6gd,r7g,r7gd: 12xlarge=3g 16xlarge=n 2xlarge=2h 4xlarge=3g 8xlarge=3g large=1q medium=1c metal=q xlarge=2c
c6gn: 12xlarge=3g 16xlarge=n 2xlarge=2h 4xlarge=3g 8xlarge=3g large=1q medium=1c xlarge=2c
c6i,c6id,m6i,m6id,r6i,r6id: 12xlarge=3d 16xlarge=n 24xlarge=n 2xlarge=2h 32xlarge=n 4xlarge=3g 8xlarge=3i large=1q metal=q xlarge=2c
c6in,m6idn,m6in,r6idn,r6in: 12xlarge=3d 16xlarge=n 24xlarge=n 2xlarge=2h 32xlarge=3t 4xlarge=3g 8xlarge=3i large=1q metal=3u xlarge=2c
c7a,m7a,r7a: 12xlarge=3d 16xlarge=n 24xlarge=n 2xlarge=2h 32xlarge=n 48xlarge=n 4xlarge=3g 8xlarge=3i large=1q medium=1c metal-48xl=q xlarge=2c
c7g: 12xlarge=3g 16xlarge=n 2xlarge=2h 4xlarge=3g 8xlarge=3g large=1q medium=1c metal=l xlarge=2c
c7i-flex,m7i-flex: 12xlarge=3d 16xlarge=n 2xlarge=2c 4xlarge=3e 8xlarge=3g large=1m xlarge=2m
c7i: 12xlarge=3d 16xlarge=n 24xlarge=n 2xlarge=2h 32xlarge=n 48xlarge=n 4xlarge=3g 8xlarge=3i large=1q metal-24xl=q metal-48xl=q xlarge=2c
c8a,m8a,r8a: 12xlarge=h 16xlarge=w 24xlarge=w 2xlarge=2y 48xlarge=11 4xlarge=3p 8xlarge=2 large=1x medium=1c metal-24xl=x metal-48xl=12 xlarge=2p
c8g,c8gd,m8g,m8gd,r8g,r8gd,x8g: 12xlarge=3g 16xlarge=n 24xlarge=n 2xlarge=2h 48xlarge=n 4xlarge=3g 8xlarge=3g large=1q medium=1c metal-24xl=q metal-48xl=q xlarge=2c
c8gb,c8gn,m8gb,m8gn,r8gb,r8gn: 12xlarge=c 16xlarge=u 24xlarge=z 2xlarge=2h 48xlarge=f 4xlarge=3g 8xlarge=1 large=1q medium=1c metal-24xl=10 metal-48xl=g xlarge=2c
c8i,c8id,m8i,m8id,r8i,r8id: 12xlarge=d 16xlarge=w 24xlarge=w 2xlarge=2u 32xlarge=11 48xlarge=11 4xlarge=3r 8xlarge=4 96xlarge=11 large=1x metal-48xl=12 metal-96xl=12 xlarge=2t
c8i-flex,m8i-flex,r8i-flex: 12xlarge=d 16xlarge=w 2xlarge=2t 4xlarge=3q 8xlarge=3 large=1w xlarge=2w
c8ib,c8in,m8ib,m8idb,m8idn,m8in,r8ib,r8idb,r8idn,r8in: 12xlarge=d 16xlarge=w 24xlarge=w 2xlarge=2u 32xlarge=w 48xlarge=11 4xlarge=3r 8xlarge=3s 96xlarge=i large=2q metal-48xl=12 metal-96xl=j xlarge=2t
c8ine,m8ine: 12xlarge=d 2xlarge=2u 4xlarge=3r 8xlarge=3s large=2q xlarge=2t
c9g,c9gd,m9g,m9gd: 12xlarge=e 16xlarge=w 24xlarge=11 2xlarge=2u 48xlarge=11 4xlarge=3r 8xlarge=3 large=1x medium=18 metal-48xl=12 xlarge=2t
cr1,hs1: 8xlarge=3m
d2,i2: 2xlarge=2n 4xlarge=3n 8xlarge=3n xlarge=2n
d3: 2xlarge=30 4xlarge=24 8xlarge=1v xlarge=2s
d3en: 12xlarge=1y 2xlarge=2z 4xlarge=24 6xlarge=29 8xlarge=2o xlarge=2r
dl1,p4d,p4de: 24xlarge=p
dl2q,p3dn: 24xlarge=n
f1: 16xlarge=3v 2xlarge=2n 4xlarge=3n
f2: 12xlarge=3d 48xlarge=n 6xlarge=3i
g4ad: 16xlarge=3h 2xlarge=1b 4xlarge=1j 8xlarge=27 xlarge=1b
g4dn: 12xlarge=3g 16xlarge=29 2xlarge=1n 4xlarge=1p 8xlarge=2j metal=q xlarge=1n
g5: 12xlarge=n 16xlarge=3d 24xlarge=n 2xlarge=2b 48xlarge=3b 4xlarge=3e 8xlarge=3i xlarge=2i
g5g: 16xlarge=n 2xlarge=2h 4xlarge=3g 8xlarge=3g metal=q xlarge=2c
g6: 12xlarge=3d 16xlarge=n 24xlarge=n 2xlarge=2h 48xlarge=n 4xlarge=3g 8xlarge=3i xlarge=2c
g6e: 12xlarge=0 16xlarge=n 24xlarge=5 2xlarge=2h 48xlarge=6 4xlarge=3g 8xlarge=3i xlarge=2c
g6f: 2xlarge=2h 4xlarge=3g large=13 xlarge=2c
g7: 12xlarge=h 24xlarge=11 2xlarge=36 48xlarge=i 4xlarge=3x 8xlarge=8
g7e: 12xlarge=7 24xlarge=9 2xlarge=35 48xlarge=a 4xlarge=3w 8xlarge=3w
gr6: 4xlarge=3g 8xlarge=3i
gr6f: 4xlarge=3g
h1: 16xlarge=3v 2xlarge=2n 4xlarge=3n 8xlarge=3n
hpc6a: 48xlarge=1e
hpc6id: 32xlarge=y
hpc7a: 12xlarge=1g 24xlarge=1g 48xlarge=1g 96xlarge=1g
hpc7g: 16xlarge=31 4xlarge=31 8xlarge=31
hpc8a: 96xlarge=1g
i3,r4: 16xlarge=t 2xlarge=2n 4xlarge=3n 8xlarge=3n large=1r xlarge=2n
i3en: 12xlarge=3g 24xlarge=n 2xlarge=2f 3xlarge=2h 6xlarge=3g large=1o metal=q xlarge=2a
i4g,im4gn: 16xlarge=n 2xlarge=2h 4xlarge=3g 8xlarge=3g large=1q xlarge=2c
i4i: 12xlarge=3c 16xlarge=o 24xlarge=k 2xlarge=2d 32xlarge=o 4xlarge=3f 8xlarge=3c large=1q metal=r xlarge=2k
i7i: 12xlarge=3i 16xlarge=n 24xlarge=n 2xlarge=2h 48xlarge=n 4xlarge=3g 8xlarge=3i large=1q metal-24xl=q metal-48xl=q xlarge=2c
i7ie: 12xlarge=3r 18xlarge=n 24xlarge=n 2xlarge=2e 3xlarge=2e 48xlarge=n 6xlarge=3g large=1l metal-24xl=q metal-48xl=q xlarge=2e
i8g: 12xlarge=3g 16xlarge=n 24xlarge=n 2xlarge=2h 48xlarge=n 4xlarge=3g 8xlarge=3g large=1q metal-24xl=q metal-48xl=q xlarge=2c
i8ge: 12xlarge=c 18xlarge=u 24xlarge=u 2xlarge=2e 3xlarge=3a 48xlarge=z 6xlarge=1 large=1l metal-24xl=v metal-48xl=10 xlarge=2e
inf1: 24xlarge=b 2xlarge=25 6xlarge=3g xlarge=25
inf2: 24xlarge=n 48xlarge=n 8xlarge=3i xlarge=2c
is4gen: 2xlarge=2h 4xlarge=3g 8xlarge=3g large=1q medium=1c xlarge=2c
m1: large=1r medium=1i small=1d xlarge=2n
m2: 2xlarge=2x 4xlarge=3n xlarge=2n
m3: 2xlarge=2x large=1r medium=1i xlarge=2n
m4: 10xlarge=3n 16xlarge=3n 2xlarge=2n 4xlarge=3n large=14 xlarge=2n
m5,r5: 12xlarge=3g 16xlarge=n 24xlarge=n 2xlarge=2h 4xlarge=3g 8xlarge=3g large=1q metal=r xlarge=2c
m5a,m5ad,r5a,r5ad: 12xlarge=3g 16xlarge=n 24xlarge=n 2xlarge=2h 4xlarge=3g 8xlarge=3g large=1q xlarge=2c
m5d,m5dn,m5n,r5b,r5d,r5dn,r5n: 12xlarge=3g 16xlarge=n 24xlarge=n 2xlarge=2h 4xlarge=3g 8xlarge=3g large=1q metal=q xlarge=2c
m5zn: 12xlarge=n 2xlarge=2l 3xlarge=3j 6xlarge=3d large=1k metal=q xlarge=2g
m7i,r7i: 12xlarge=3d 16xlarge=n 24xlarge=n 2xlarge=2h 48xlarge=n 4xlarge=3g 8xlarge=3i large=1q metal-24xl=q metal-48xl=q xlarge=2c
m8azn: 12xlarge=w 24xlarge=w 3xlarge=3o 6xlarge=3p large=2q medium=20 metal-12xl=x metal-24xl=x xlarge=2p
mac-m3ultra,mac-m4,mac-m4max,mac-m4pro,mac1,mac2,mac2-m1ultra,mac2-m2,mac2-m2pro: metal=3l
p3: 16xlarge=3n 2xlarge=2n 8xlarge=3n
p5: 48xlarge=1h 4xlarge=2v
p5e: 48xlarge=1h
p5en: 48xlarge=32
p6-b200: 48xlarge=34
p6-b300: 48xlarge=33
r7iz: 12xlarge=3d 16xlarge=n 2xlarge=2h 32xlarge=n 4xlarge=3g 8xlarge=3i large=1q metal-16xl=q metal-32xl=q xlarge=2c
t1: micro=17
t2: 2xlarge=1u large=1t medium=23 micro=17 nano=17 small=21 xlarge=1u
t3,t4g: 2xlarge=26 large=1s medium=22 micro=16 nano=16 small=1z xlarge=26
t3a: 2xlarge=26 large=1s medium=22 micro=16 nano=16 small=19 xlarge=26
trn1: 2xlarge=2b 32xlarge=39
trn1n: 32xlarge=38
trn2: 3xlarge=15 48xlarge=1f
u-12tb1,u-9tb1: metal=37
u-3tb1: 56xlarge=3h
u-6tb1: 112xlarge=m 56xlarge=m metal=37
u7i-12tb: 224xlarge=n
u7i-6tb,u7i-8tb: 112xlarge=n
u7in-16tb,u7in-24tb,u7in-32tb: 224xlarge=3t
vt1: 24xlarge=n 3xlarge=2h 6xlarge=3g
x1: 16xlarge=3n 32xlarge=3n
x1e: 16xlarge=3n 2xlarge=2n 32xlarge=3n 4xlarge=2n 8xlarge=2n xlarge=1r
x2gd: 12xlarge=3g 16xlarge=n 2xlarge=2h 4xlarge=3g 8xlarge=3g large=1q medium=1a metal=q xlarge=2c
x2idn: 16xlarge=n 24xlarge=n 32xlarge=n metal=q
x2iedn: 16xlarge=n 24xlarge=n 2xlarge=2e 32xlarge=n 4xlarge=3g 8xlarge=3d metal=q xlarge=28
x2iezn: 12xlarge=n 2xlarge=2l 4xlarge=3d 6xlarge=3d 8xlarge=3d metal=q
x8aedz: 12xlarge=w 24xlarge=w 3xlarge=3o 6xlarge=3p large=2q metal-12xl=x metal-24xl=x xlarge=2p
x8i: 12xlarge=d 16xlarge=w 24xlarge=w 2xlarge=2u 32xlarge=11 48xlarge=11 4xlarge=3r 64xlarge=11 8xlarge=4 96xlarge=11 large=1x metal-48xl=12 metal-96xl=12 xlarge=2t
z1d: 12xlarge=n 2xlarge=2j 3xlarge=3g 6xlarge=3g large=1k metal=q xlarge=2f`;
