# root.sh ROOT TOP COMMAND...: runs COMMAND inside ROOT with the checkout at its usual path.
# The caller has given us a mount and a process namespace of our own: all mounts end with us.
set -eu
root=$1 top=$2
shift 2
mount --make-rprivate /
mount --bind "$root" "$root" # Without it "ip netns" refuses to work inside.
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mkdir -p "$root$top"
mount --bind "$top" "$root$top"
for file in resolv.conf hosts; do
  rm -f "$root/etc/$file"
  cp -L "/etc/$file" "$root/etc/$file" 2> /dev/null || true
done
exec chroot "$root" "$@"
