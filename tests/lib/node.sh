# Sets NODE to the node that `npm ci` brought (mk/client.mk), else the machine's own. Looked up when it is needed:
# make remembers a folder as it was before the packages came. TOP is the top of the tree.
for NODE in "$TOP"/node_modules/node-linux-*/bin/node node; do
    if [ -x "$NODE" ]; then break; fi
done
export NODE
